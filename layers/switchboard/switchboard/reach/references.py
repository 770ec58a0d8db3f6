"""Which message a campaign's command became, also where Vonage's reply was lost: its statuses say so.

Vonage gives each status the `client_ref` of its message, which is the command's id. It's noted beside the
command's own item, until the timeline that it leads to expires:

    pk            COMMAND#<command's id>
    sk            `message`
    message_uuid  Vonage's id of the message

Source: Messages API reference, "Message status" (`client_ref`, up to 100 characters).
"""

from collections.abc import Sequence

from switchboard.aws import table
from switchboard.envelope import Envelope
from switchboard.reach.campaign_ids import is_of_a_campaign
from switchboard.timeline import events

SORT_KEY = "message"


def note(recorded: Sequence[tuple[Envelope, table.Item]]) -> list[str | None]:
    """Note of up to 25 events which messages they are about, where those are of campaigns.

    Args:
        recorded: events, and what the timeline keeps of each.

    Returns:
        For each event the code of what went wrong, `None` for one with which there is nothing left to do.
    """
    ids = [_command(event) for event, _ in recorded]
    items = {
        identity: _item(identity, event, item)
        for identity, (event, item) in zip(ids, recorded, strict=True)
        if identity
    }
    errors = dict(zip(items, events.write([*items.values()]), strict=True))
    return [errors.get(identity) for identity in ids]


def _command(event: Envelope) -> str:
    reference = event["payload"].get("client_ref")
    is_status = event["name"].startswith("messages.") and "status" in event["payload"]
    return reference if is_status and isinstance(reference, str) and is_of_a_campaign(reference) else ""


def _item(identity: str, event: Envelope, item: table.Item) -> table.Item:
    return {
        "pk": {"S": f"COMMAND#{identity}"},
        "sk": {"S": SORT_KEY},
        "message_uuid": {"S": event["subject"]},
        "expires_at": item["expires_at"],
    }
