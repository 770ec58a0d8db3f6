"""`python -m operate COMMAND`: a real account's commands, which make passes on."""

import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module

from operate import command_line
from operate.command_line import Command

ABOUT = """\
Commands for a stack in an AWS account, explained in docs/operations.md.

They talk to the account and Region that the stage names in samconfig.toml (profile, region), else to those
of the AWS CLI (AWS_PROFILE, AWS_REGION); with `--env local`, to what `make up` started on this machine.
Make takes each option as a variable in capitals: `make logs CALL=CON-… FOLLOW=true` is
`python -m operate logs --call CON-… --follow`."""

_COMMANDS = {
    "credentials": ("credentials", "COMMAND"),
    "packages": ("packages", "COMMAND"),
    "deploy": ("deploy", "COMMAND"),
    "promote": ("releases.command", "PROMOTE"),
    "rollback": ("releases.command", "ROLLBACK"),
    "table": ("yours.commands", "TABLE"),
    "secret": ("yours.commands", "SECRET"),
    "setting": ("yours.commands", "SETTING"),
    "doctor": ("doctor", "COMMAND"),
    "plan": ("provisioner", "PLAN"),
    "drift": ("provisioner", "DRIFT"),
    "rotate": ("provisioner", "ROTATE"),
    "logs": ("logs.command", "COMMAND"),
    "history": ("kept.timeline", "HISTORY"),
    "redrive": ("queues", "COMMAND"),
    "replay": ("replay", "COMMAND"),
    "erase": ("kept.timeline", "ERASE"),
    "consent": ("kept.consent", "COMMAND"),
    "campaign": ("campaigns.command", "COMMAND"),
    "orphans": ("orphans", "COMMAND"),
    "smoke": ("smoke.command", "COMMAND"),
    "ask-vonage": ("ask_vonage.command", "COMMAND"),
    "upgrade": ("upgrade.command", "COMMAND"),
}


class Commands(Mapping[str, Command]):
    """The commands by their words. One is imported when it is asked for, as each needs what others do not."""

    def __getitem__(self, word: str) -> Command:
        """The command of a word."""
        module, name = _COMMANDS[word]
        command: Command = getattr(import_module(f"operate.{module}"), name)
        return command

    def __iter__(self) -> Iterator[str]:
        """The words, in the order of the work."""
        return iter(_COMMANDS)

    def __len__(self) -> int:
        """How many there are."""
        return len(_COMMANDS)


COMMANDS = Commands()


def main(arguments: list[str]) -> int:
    """Run what was typed after `python -m operate`; returns the exit status."""
    if region := os.environ.get("AWS_REGION"):  # boto3 and the SAM CLI read the other name alone
        os.environ["AWS_DEFAULT_REGION"] = region
    return command_line.main("python -m operate", ABOUT, COMMANDS, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
