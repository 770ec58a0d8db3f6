"""The line about commands from the bus: one that has to wait doesn't hold up the next."""

import json

from operate.smoke.bench import Bench, DiffersError, NotTriedError

# A host that nobody answers at, so that the first command waits, unsent.
_NOWHERE = "https://127.0.0.1:9"
_PATIENCE_S = 90
# Hanging up a call that doesn't exist does nothing, whenever Vonage is asked for it.
WAITS = ("voice.update", {"uuid": "00000000-0000-0000-0000-000000000000", "action": "hangup"})
# Without an addressee it is refused before Vonage is asked.
IS_REFUSED = ("messages.send", {"channel": "sms", "message_type": "text", "from": "smoke", "text": "smoke"})


def independent(bench: Bench) -> str:
    """Two commands on the bus, of which the first can't be carried out yet."""
    _unplug(bench)
    first = _put(bench, *WAITS)
    if _progress(bench, first, "waiting") != "waiting":
        raise NotTriedError("the first command was not tried within 90 s, so nothing could overtake it")
    second = _put(bench, *IS_REFUSED)
    begun = bench.now()
    progress = _progress(bench, second, "rejected")
    took = f"{bench.now() - begun:.0f} s"
    if progress != "rejected":
        raise DiffersError(f"the second command was {progress or 'not touched'} within {took}")
    bench.provoked.add("CommandsRejectedAlarm")
    return f"the first waits, the second was judged after {took}"


def _unplug(bench: Bench) -> None:
    name = bench.deployed().id_of("OutboundFunction")
    before = bench.client("lambda").get_function_configuration(FunctionName=name)
    variables = {**before["Environment"]["Variables"], "VONAGE_API_URL": _NOWHERE}
    bench.configure("Outbound", Environment={"Variables": variables})


def _put(bench: Bench, name: str, detail: dict[str, str]) -> str:
    entry = {
        "EventBusName": bench.stack.id_of("EventBus"),
        "Source": "smoke",
        "DetailType": name,
        "Detail": json.dumps(detail),
    }
    return str(bench.client("events").put_events(Entries=[entry])["Entries"][0]["EventId"])


def _progress(bench: Bench, command: str, expected: str) -> str:
    """How far a command has come: `sending`, `waiting`, or what became of it; empty before that."""
    table = bench.stack.id_of("Timeline")
    key = {"pk": {"S": f"COMMAND#{command}"}, "sk": {"S": "progress"}}
    seen = ""

    def arrived() -> bool:
        nonlocal seen
        found = bench.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)
        seen = found.get("Item", {}).get("progress", {}).get("S", "")
        return bool(seen == expected)

    bench.seen_within(_PATIENCE_S, arrived)
    return seen
