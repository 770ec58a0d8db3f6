"""The newest official SDKs say nothing of the shapes we have that is not known and explained."""

import pytest

from tests.contract.radar import explained, extract, newest

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("sdk", newest.SDKS)
def test_newest_sdk_differs_from_us_in_nothing_unexplained(sdk: str) -> None:
    try:
        found = newest.SDKS[sdk]()
    except newest.NotRunError as error:
        pytest.skip(f"not run: {error}")
    written = {name: extract.written(name) for name in newest.SDKS}
    known = [line for name in newest.SDKS for line in extract.lines(name, {**written, sdk: found}[name])]

    amiss = explained.amiss(known, explained.read(explained.FILE.read_text()))

    assert not amiss, f"{sdk} SDK, {dict(found.versions)}: see docs/contract.md\n" + "\n".join(amiss)
    if found.versions == written[sdk].versions:
        assert found == written[sdk], f"{sdk} SDK: `make radar` writes down what it says"
