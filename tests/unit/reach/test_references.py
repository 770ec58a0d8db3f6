"""What is noted of campaigns where events are recorded costs stacks without campaigns nothing."""

import subprocess
import sys


def test_those_who_only_ask_whether_a_command_is_a_campaign_s_load_none_of_its_judging() -> None:
    loads = (
        "import switchboard.reach.references, sys; print(sorted({'pydantic', 'zoneinfo'} & {*sys.modules}))"
    )

    told = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
