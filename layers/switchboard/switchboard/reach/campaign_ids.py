"""What the commands of campaigns are called, for whoever meets one and needs nothing else of campaigns."""

import hashlib
import re

_ID = re.compile(r"c-[0-9a-f]{64}")


def command_id(campaign: str, person: str, place: tuple[int, int] = (0, 0)) -> str:
    """The id of the command by which a campaign reaches a person, or tries to: at that step and attempt."""
    recipient = f"{campaign}\n{person}" + ("\n{}\n{}".format(*place) if any(place) else "")
    return f"c-{hashlib.sha256(recipient.encode()).hexdigest()}"


def is_of_a_campaign(identity: str) -> bool:
    """Whether a command with this id is, and is to be remembered for good."""
    return _ID.fullmatch(identity) is not None
