"""`python -m operate COMMAND`: a real account's commands, which make passes on."""

import os
import sys

from operate import (
    command_line,
    credentials,
    deploy,
    doctor,
    orphans,
    packages,
    provisioner,
    queues,
    replay,
)
from operate.ask_vonage import command as ask_vonage
from operate.kept import consent, timeline
from operate.logs import command as logs
from operate.releases import command as releases
from operate.smoke import command as smoke
from operate.upgrade import command as upgrade
from operate.yours import commands as yours

ABOUT = """\
Commands for a stack in an AWS account, explained in docs/operations.md.

They talk to the account and Region that the stage names in samconfig.toml (profile, region), else to those
of the AWS CLI (AWS_PROFILE, AWS_REGION); with `--env local`, to what `make up` started on this machine.
Make takes each option as a variable in capitals: `make logs CALL=CON-… FOLLOW=true` is
`python -m operate logs --call CON-… --follow`."""

COMMANDS = {
    "credentials": credentials.COMMAND,
    "packages": packages.COMMAND,
    "deploy": deploy.COMMAND,
    "promote": releases.PROMOTE,
    "rollback": releases.ROLLBACK,
    "table": yours.TABLE,
    "secret": yours.SECRET,
    "setting": yours.SETTING,
    "doctor": doctor.COMMAND,
    "plan": provisioner.PLAN,
    "drift": provisioner.DRIFT,
    "rotate": provisioner.ROTATE,
    "logs": logs.COMMAND,
    "history": timeline.HISTORY,
    "redrive": queues.COMMAND,
    "replay": replay.COMMAND,
    "erase": timeline.ERASE,
    "consent": consent.COMMAND,
    "orphans": orphans.COMMAND,
    "smoke": smoke.COMMAND,
    "ask-vonage": ask_vonage.COMMAND,
    "upgrade": upgrade.COMMAND,
}


def main(arguments: list[str]) -> int:
    """Run what was typed after `python -m operate`; returns the exit status."""
    if region := os.environ.get("AWS_REGION"):  # boto3 and the SAM CLI read the other name alone
        os.environ["AWS_DEFAULT_REGION"] = region
    return command_line.main("python -m operate", ABOUT, COMMANDS, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
