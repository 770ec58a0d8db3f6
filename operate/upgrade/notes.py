"""What the changelog says to people who upgrade."""

import re
from collections.abc import Iterator

from operate.upgrade.releases import is_older

_RELEASE = re.compile(r"^## \[(\d+\.\d+\.\d+)\]", re.MULTILINE)
_SECTION = re.compile(r"^### Upgrading\n+(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


def upgrading(changelog: str, after: str, until: str) -> Iterator[tuple[str, str]]:
    """Each version after one and up to another, oldest first, with what it says about its upgrade."""
    parts = _RELEASE.split(changelog)
    for version, text in reversed(list(zip(parts[1::2], parts[2::2], strict=True))):
        said = _SECTION.search(text)
        if said and is_older(after, version) and not is_older(until, version):
            yield version, said[1].strip()
