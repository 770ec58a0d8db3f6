"""The newest official SDKs say nothing of the shapes we have that is not known and explained."""

from pathlib import Path

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


def test_without_npm_nothing_was_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(newest.NotRunError, match="no npm"):
        newest.node()


def test_without_a_registry_nothing_was_compared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(newest, "FOLDER", tmp_path)
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))

    with pytest.raises(newest.NotRunError, match=r"pip install .* failed"):
        newest.python()
    assert not (tmp_path / "python" / ".ready").exists()
