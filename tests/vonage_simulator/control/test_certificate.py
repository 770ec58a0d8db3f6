"""The private key of the simulator's certificate."""

import stat
from pathlib import Path

from vonage_simulator.origin import certificate


def test_key_is_its_owner_s_alone_even_where_others_could_read_one(tmp_path: Path) -> None:
    (tmp_path / "key.pem").touch(mode=0o644)
    made = certificate.make(tmp_path)
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
