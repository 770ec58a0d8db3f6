"""`make radar`: install the newest official SDKs, write down what they say, tell what is not explained."""

import sys
from collections.abc import Iterator

from tests.contract.radar import explained, extract, newest


def asked_anew() -> Iterator[str]:
    """Ask each SDK and write down what it says; a line for each."""
    newest.forget()
    for sdk, said in newest.SDKS.items():
        try:
            found = said()
        except newest.NotRunError as error:
            yield f"{sdk} SDK: not run, {error}"
            continue
        (extract.WRITTEN / f"{sdk}.json").write_text(found.text())
        versions = (f"{name} {version}" for name, version in sorted(found.versions.items()))
        yield f"{sdk} SDK: {', '.join(versions)}"


def main() -> int:
    """Exit status: 0 when every difference is explained, else 1."""
    sys.stdout.writelines(f"{line}\n" for line in asked_anew())
    known = [line for sdk in newest.SDKS for line in extract.lines(sdk, extract.written(sdk))]
    amiss = explained.amiss(known, explained.read(explained.FILE.read_text()))
    sys.stdout.writelines(f"{line}\n" for line in amiss)
    return int(bool(amiss))


if __name__ == "__main__":
    sys.exit(main())
