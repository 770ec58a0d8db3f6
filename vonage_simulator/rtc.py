"""Conversation events for the `rtc` capability's event URL.

Source: Vonage Conversation API, "Event". Which envelope the webhook has is not confirmed; these are the
fields every event has, and, by a switch, two ids that related deliveries carry. The reply is not read.
"""

from vonage_simulator.platform import Platform
from vonage_simulator.types import Json
from vonage_simulator.webhooks.reply import Reply
from vonage_simulator.webhooks.request import Webhook


class NoRtcError(Exception):
    """No application listens to conversation events; says why."""


async def happen(platform: Platform, event: Json) -> Reply:
    """Report a conversation event to the application that listens.

    Args:
        platform: where it happens.
        event: at least `type`; `body`, `from` and `conversation_id` if they matter, `application_id` if
            several listen.

    Raises:
        NoRtcError: there is no such application, or none has an rtc event URL.
    """
    application = _listener(platform, event.get("application_id"))
    rtc = application["capabilities"]["rtc"]
    hook = rtc["webhooks"]["event_url"]
    conversation = event.get("conversation_id") or platform.account.identifiers.conversation()
    number = len(platform.journal.entries(webhook="rtc", call=conversation)) + 1
    ids = {"conversation_id": conversation, "application_id": application["id"]}
    events = f"{platform.url}/v1/conversations/{conversation}/events"
    member = event.get("from", f"MEM-{platform.account.identifiers.uuid()}")
    user = {"id": f"USR-{platform.account.identifiers.uuid()}", "name": "simulated"}
    payload = {
        "id": number,
        "type": event["type"],
        **(ids if platform.account.switches.rtc_ids else {}),
        "from": member,
        "timestamp": platform.clock.timestamp(),
        "body": event.get("body", {}),
        "_embedded": {"from_user": user, "from_member": {"id": member}},
        "_links": {"self": {"href": f"{events}/{number}"}},
    }
    webhook = Webhook(
        kind="rtc",
        url=hook["address"],
        method=hook.get("http_method", "POST"),
        payload=payload,
        application_id=application["id"],
        signed=bool(rtc.get("signed_callbacks", False)),
        call=conversation,
    )
    return await platform.delivery.attempt_again(webhook, platform.account.switches.rtc_retry)


def _listener(platform: Platform, application_id: str | None) -> Json:
    for application in platform.account.applications.values():
        hook = application["capabilities"].get("rtc", {}).get("webhooks", {}).get("event_url", {})
        if hook.get("address") and application_id in {None, application["id"]}:
            return application
    raise NoRtcError("no application has an rtc event_url")
