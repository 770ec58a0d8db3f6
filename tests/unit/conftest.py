"""What all unit tests have: nobody to trust but this machine."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def only_this_machine(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
