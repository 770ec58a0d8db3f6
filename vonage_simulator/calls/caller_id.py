"""The number that the callee of a `connect` sees, as `from` or `randomFromNumber` asks for it.

Source: Vonage guide "Numbers", outgoing caller id: it is one of your numbers, or, on a phone, the original
caller's when a phone call is forwarded; anything else is shown as unknown. The newest NCCO reference says
that a phone is not connected then: a switch. The Node SDK: a random one is of the application's numbers.
"""

from vonage_simulator.calls.call import Call
from vonage_simulator.types import Json

UNKNOWN = "unknown"


def shown(call: Call, action: Json) -> str:
    """What the callee of a `connect` sees."""
    account = call.platform.account
    if action.get("randomFromNumber"):
        application_id = call.first.application_id
        linked = [each["msisdn"] for each in account.numbers.values() if each.get("app_id") == application_id]
        return call.identifiers.random.choice(sorted(linked)) if linked else UNKNOWN
    wanted = str(action.get("from", ""))
    return wanted if wanted in account.numbers or _forwards(call, action, wanted) else UNKNOWN


def is_foreign(call: Call, action: Json) -> bool:
    """Whether a phone would be shown a number that isn't the account's to show; none at all isn't foreign."""
    return bool(action.get("from")) and _is_phone(action) and shown(call, action) == UNKNOWN


def _forwards(call: Call, action: Json, wanted: str) -> bool:
    caller = call.first
    by_phone = caller.direction == "inbound" and caller.endpoint_type == "phone" and _is_phone(action)
    return by_phone and wanted.isdecimal() and wanted == caller.from_


def _is_phone(action: Json) -> bool:
    return bool(action["endpoint"][0]["type"] == "phone")
