"""What happened in a call or with a message, in words: for the terminal, the browser and a failed test."""

from typing import NamedTuple

from switchboard.wire.classify import WebhookName, classify

from vonage_simulator.types import Json

# What is told of an entry that needs no words of its own.
_DETAILS = ("text", "url", "reason", "detail", "number", "keys", "conversation", "music", "format")

# Of these the journal's word for a webhook says which function it is for; all others are events.
_WEBHOOKS: dict[str, WebhookName] = {
    "answer": "answer",
    "fallback": "fallback",
    "inbound": "inbound",
    "status": "status",
    "rtc": "rtc_event",
    "verify": "verify",
}

_PLAINLY = {
    "dialled": "rings",
    "answered": "is answered",
    "connected": "is connected",
    "interrupted": "interrupts what is played",
    "hung up": "hangs up",
}


class Sentence(NamedTuple):
    """Who did what: `447700900123`, `hears`, the words “Welcome.”, no keys.

    `quoted` is what was said, heard or written, `keys` what was pressed.
    """

    who: str
    does: str
    quoted: str = ""
    keys: str = ""

    def __str__(self) -> str:
        quoted = f"“{self.quoted}”" if self.quoted else ""
        return " ".join(filter(None, (self.who, self.does, quoted, self.keys)))


def of(line: Json) -> Sentence:
    """The words for a journal entry of the kinds `call`, `message` and `code`."""
    if line["kind"] == "code":
        return Sentence(line["what"], line["text"])
    return _of_message(line) if line["kind"] == "message" else _of_call(line)


def _of_message(line: Json) -> Sentence:
    match line["what"]:
        case "received":
            return Sentence(line["from"], "writes", line["text"])
        case "sent":
            return Sentence(line["from"], "sends", line["text"])
        case "warning":
            return Sentence("", f"warning: {line['reason']}")
        case status:
            return Sentence("", f"the message is {status}")


def _of_call(line: Json) -> Sentence:
    who = line["party"]
    match line["what"]:
        case "dialled" | "answered" as what:
            return Sentence(line["number"], _PLAINLY[what])
        case "talk":
            return Sentence(who, "hears", line["text"])
        case "said":
            return Sentence(who, "says", line["text"])
        case "pressed":
            return Sentence(who, "presses", keys=line["keys"])
        case "listening":
            return Sentence(who, f"is listened to ({', '.join(line['to'])})")
        case "ended":
            by = f" by {line['by']}" if "by" in line else ": nothing is left to do"
            return Sentence(who, f"is hung up on{by}")
        case "rejected" | "not answered" as what:
            return Sentence(who, f"is {what}: {line['reason']}")
        case "unreachable" | "cleared" | "closed":
            return Sentence(who, _of_websocket(line))
        case what if what in _PLAINLY:
            return Sentence(who, _PLAINLY[what])
        case what:
            return Sentence(who, " ".join([what, *(str(line[name]) for name in _DETAILS if name in line)]))


def _of_websocket(line: Json) -> str:
    match line["what"]:
        case "unreachable":
            return f"cannot be reached: {line['reason']}"
        case "cleared":
            return f"takes back {_seconds(line['ms'])} of audio"
    sent, received = _seconds(line["sent_ms"]), _seconds(line["received_ms"])
    return f"is closed by {line['by']}: {sent} of audio sent, {received} received"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.1f} s"


def event_name(webhook: Json) -> str:
    """What a webhook's entry tells, by the name it has on the event bus: `voice.input`."""
    if webhook["webhook"] == "probe":
        return "probe"
    if webhook["webhook"] == "told":
        return str(webhook["event"])
    return classify(_WEBHOOKS.get(webhook["webhook"], "event"), webhook["request"].get("body"))


def waits(webhook: Json) -> str:
    """Where the code behind a webhook waits now, `app.py:26 ask`; empty if it doesn't say so."""
    return next((one["waits"] for one in webhook.get("outcomes") or [] if "waits" in one), "")


def of_problem(problem: Json) -> str:
    """What is wrong with an NCCO, in a line: `action 1 (talk): loop is "2"; it should be a whole number`."""
    text = problem.get("text") or f"{problem['field']} {problem['rule']}"
    if "action" not in problem:
        return str(text)
    name = f" ({problem['name']})" if isinstance(problem.get("name"), str) else ""
    return f"action {problem['action'] + 1}{name}: {text}"
