"""What `python -m vonage_simulator` offers to try works as it is pasted."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from vonage_simulator.__main__ import first_request
from vonage_simulator.account.account import Account
from vonage_simulator.origin import certificate
from vonage_simulator.server import running


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("credentials", ["made up", "in the shell"])
def test_first_request_works_as_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, credentials: str
) -> None:
    for name in ("VONAGE_API_KEY", "VONAGE_API_SECRET"):
        monkeypatch.delenv(name, raising=False)
    if credentials == "in the shell":
        monkeypatch.setenv("VONAGE_API_KEY", "a1b2c3d4")
        monkeypatch.setenv("VONAGE_API_SECRET", "Aa1$ecret !")
        account = Account.seeded(api_key="a1b2c3d4", api_secret="Aa1$ecret !")
    else:
        account = Account.seeded(seed=1)
    folder = tmp_path if scheme == "https" else None
    made = certificate.make(folder) if folder else None

    with running(account, certificate=made) as vonage:
        command = first_request(vonage, folder)
        answer = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)

    assert ("Aa1$ecret" in command, json.loads(answer.stdout)["total_items"]) == (False, 0)
