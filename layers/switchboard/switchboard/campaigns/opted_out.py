"""How many of a campaign's people have opted out by now, for whoever looks at it before it's started."""

from collections.abc import Callable

from switchboard.campaigns.message import sender
from switchboard.campaigns.prepared import Prepared
from switchboard.reach.ledger import EVERYTHING
from switchboard.reach.person_table import PersonTable


def count(prepared: Prepared, person_id: Callable[[str], str]) -> int:
    """How many wouldn't be sent to at this moment.

    Args:
        prepared: the campaign.
        person_id: gives the pseudonym of whoever has a number or another address.

    Raises:
        AwsError: nobody knows.
    """
    senders = {
        person_id(each.to): {sender(each.command), *each.command.get("ladder", ()), EVERYTHING}
        for each in prepared.recipients
        if each.command.get("purpose") != "transactional"
    }
    stopped = PersonTable().all_stopped([*senders])
    return sum(bool(of & senders[person]) for person, of in stopped.items())
