"""Questions of the long call about webhooks: how they are sent, signed, tried again, and in which order."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from operate.ask_vonage.account import token
from operate.ask_vonage.phone_call import PhoneCall
from operate.ask_vonage.question import Seen, UndecidedError
from operate.ask_vonage.questions.step import Step, notify, talk
from operate.ask_vonage.webhooks import ANSWER, FALLBACK, Arrived, Json, Reply, Webhooks

_HEX = re.compile(r"[0-9a-f]{32}")
_DASHES = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What the first two different webhooks of a kind are answered; 500 isn't transient, 503 is.
_FAILURES = (500, 503)
_RECORDS_FOR_S = 30
_QUERY = "step=3&mark=a%2Fb"
# What tells one webhook from another, and neither time nor token: a retry has the same.
_OF_EVENT = ("uuid", "status")
_OF_RTC = ("id", "type", "from")


def _leg_uuid(call: PhoneCall) -> Seen:
    told = str(call.hooks.of(ANSWER)[0].fields["uuid"])
    if _HEX.fullmatch(told):
        return Seen("hex", "32 hex digits in the answer webhook")
    if _DASHES.fullmatch(told):
        return Seen("dashes", "hex digits with dashes in the answer webhook")
    raise UndecidedError("a uuid of another form")


def _links(call: PhoneCall) -> Seen:
    listed = call.inquiry.account.voice("GET", token(call.inquiry.called()))
    href = str(listed["_links"]["self"]["href"])
    if href.startswith("/"):
        return Seen("relative", "_links.self begins with the path")
    return Seen("absolute", "_links.self names the host")


def _answer_fails_once(hooks: Webhooks) -> None:
    hooks.plans[ANSWER] = lambda _: Reply(503) if len(hooks.of(ANSWER)) == 1 else None


def _two_answers(call: PhoneCall) -> tuple[Arrived, Arrived]:
    asked = call.hooks.of(ANSWER)
    if len(asked) < 2:
        raise UndecidedError("the answer webhook was answered 503, and not asked again")
    return asked[0], asked[1]


def _pause(call: PhoneCall) -> Seen:
    first, second = _two_answers(call)
    pause = round(second.at_s - first.at_s, 1)
    return Seen(pause, f"{pause} s from one to the other, the way here included")


def _signature(call: PhoneCall) -> Seen:
    first, second = (each.claims for each in _two_answers(call))
    if not (first.get("jti") and second.get("jti")):
        raise UndecidedError("the answer webhook came without a token")
    if first["jti"] == second["jti"]:
        return Seen("first", "the retry came with the first token")
    return Seen("new", "the retry came with another jti")


def _bodies(call: PhoneCall) -> Seen:
    first, second = _two_answers(call)
    if first.body == second.body:
        return Seen("equal", "the retry had the first body, byte by byte")
    fields = first.fields.keys() | second.fields.keys()
    differing = sorted(name for name in fields if first.fields.get(name) != second.fields.get(name))
    return Seen("different", f"the retry's body had another {', '.join(differing) or 'form'}")


def _prepare_query(hooks: Webhooks) -> None:
    hooks.plans["query"] = lambda _: Reply(500)


def _play_query(call: PhoneCall) -> None:
    call.play("event_url_query", notify(f"{call.hooks.at('query')}?{_QUERY}"))


def _query(call: PhoneCall) -> Seen:
    came = [each.query for each in call.hooks.of("query")]
    if not came:
        raise UndecidedError("nothing came")
    told = [each.fields.get("original_request", {}).get("url", "") for each in call.hooks.of(FALLBACK)]
    if not any("/query" in url for url in told):
        raise UndecidedError("answered 500, it did not go to the fallback")
    kept = came[0] == _QUERY, any(url.endswith(f"/query?{_QUERY}") for url in told)
    words = {True: "kept", False: "changed"}
    seen = f"{words[kept[0]]} in the request, {words[kept[1]]} in original_request"
    return Seen("kept" if all(kept) else "changed", seen)


def _first_two_fail(name: str, of: tuple[str, ...]) -> Callable[[Webhooks], None]:
    """Let the first two different webhooks at an address fail, each in its way and as often as it comes."""

    def prepare(hooks: Webhooks) -> None:
        def plan(arrived: Arrived) -> Reply | None:
            place = _different(hooks.of(name), of).index(_key(arrived, of))
            return Reply(_FAILURES[place]) if place < len(_FAILURES) else None

        hooks.plans[name] = plan

    return prepare


def _retried(name: str, of: tuple[str, ...]) -> Callable[[PhoneCall], Seen]:
    """Which of the first two were sent again."""

    def look(call: PhoneCall) -> Seen:
        arrived = call.hooks.of(name)
        failed = _different(arrived, of)[: len(_FAILURES)]
        if len(failed) < len(_FAILURES):
            raise UndecidedError(f"{len(failed)} different ones came, and two have to fail")
        times = [[_key(each, of) for each in arrived].count(key) for key in failed]
        plain, transient = (count > 1 for count in times)
        seen = ", ".join(
            f"answered {status}: came {count} times" for status, count in zip(_FAILURES, times, strict=True)
        )
        position = {(True, True): "any", (False, True): "transient", (False, False): "never"}.get(
            (plain, transient)
        )
        if position is None:
            raise UndecidedError(seen)
        return Seen(position, seen)

    return look


def _key(arrived: Arrived, of: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(arrived.fields.get(name)) for name in of)


def _different(arrived: list[Arrived], of: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(_key(each, of) for each in arrived))


def _rtc_ids(call: PhoneCall) -> Seen:
    came = call.hooks.of("rtc")
    if not came:
        raise UndecidedError("no RTC event came during the call")
    has = [name in came[0].fields for name in ("conversation_id", "application_id")]
    if all(has):
        return Seen(True, "it has both")  # noqa: FBT003 - a position
    if not any(has):
        return Seen(False, "it has neither")  # noqa: FBT003 - a position
    raise UndecidedError("it has one of them alone")


def _play_get(call: PhoneCall) -> None:
    settings = {"type": ["dtmf"], "dtmf": {"maxDigits": 1, "timeOut": 1}}
    url = {"eventUrl": [call.hooks.at("get")], "eventMethod": "GET"}
    call.play("hash_on_get", {"action": "input", **settings, **url})


def _hash(call: PhoneCall) -> Seen:
    call.refusal("hash_on_get")
    came = call.hooks.of("get")
    if not came:
        raise UndecidedError("no GET came")
    claimed = came[0].claims.get("payload_hash")
    texts: Json = dict(parse_qsl(came[0].query, keep_blank_values=True))
    nested = {name: _opened(text) for name, text in texts.items()}
    if nested == texts:
        raise UndecidedError("no nested value came")
    if claimed == _sha256(texts):
        return Seen("text", "payload_hash is that of the JSON text")
    if claimed == _sha256(nested):
        return Seen("nested", "payload_hash is that of the nested object")
    raise UndecidedError("payload_hash is neither that of the texts nor that of the objects")


def _opened(text: str) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(text) if text[:1] in ("{", "[") else text


def _sha256(fields: Json) -> str:
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _play_recording(call: PhoneCall) -> None:
    recorded = {"endOnKey": "#", "timeOut": _RECORDS_FOR_S, "eventUrl": [call.hooks.at("recorded")]}
    invitation = talk("Please say a few words, and then hang up, without pressing a key.")
    call.play_last(invitation, {"action": "record", **recorded}, notify(call.hooks.at("stayed")))


def _recording(call: PhoneCall) -> Seen:
    order = [
        "completed" if each.name == "event" else "record"
        for each in call.hooks.arrived
        if each.name == "recorded" or (each.name == "event" and each.fields.get("status") == "completed")
    ]
    if call.hooks.of("stayed"):
        raise UndecidedError(f"nobody hung up within {_RECORDS_FOR_S} s")
    if "completed" not in order:
        raise UndecidedError("nothing said that the call was over")
    if "record" not in order:
        return Seen("lost", "no record event came within a minute")
    first = order[0]
    position = "before_completed" if first == "record" else "after_completed"
    return Seen(position, " then ".join(dict.fromkeys(order)))


QUESTIONS = (
    Step("leg_uuid", ("hex", "dashes"), "how the id of a leg is written", _leg_uuid),
    Step("call_links", ("absolute", "relative"), "whether a list of calls links with the host in it", _links),
    Step(
        "voice_retry_pause_s",
        (0.5,),
        "the seconds before the second attempt",
        _pause,
        prepare=_answer_fails_once,
    ),
    Step(
        "retry_signature",
        ("new", "first"),
        "whether a retry has a new signature",
        _signature,
        prepare=_answer_fails_once,
    ),
    Step(
        "retry_body",
        ("equal", "different"),
        "whether a retry has the same body",
        _bodies,
        prepare=_answer_fails_once,
        has_switch=False,
    ),
    Step(
        "event_url_query",
        ("kept", "changed"),
        "whether an eventUrl keeps its query, in original_request, too",
        _query,
        prepare=_prepare_query,
        play=_play_query,
        has_switch=False,
    ),
    Step(
        "event_retry",
        ("any", "transient", "never"),
        "which failed events are sent again",
        _retried("event", _OF_EVENT),
        prepare=_first_two_fail("event", _OF_EVENT),
    ),
    Step(
        "rtc_retry",
        ("never", "transient", "any"),
        "which failed RTC events are sent again",
        _retried("rtc", _OF_RTC),
        prepare=_first_two_fail("rtc", _OF_RTC),
    ),
    Step("rtc_ids", (True, False), "whether an RTC event says where it belongs", _rtc_ids),
    Step(
        "hash_on_get",
        ("text", "nested"),
        "what the hash of a GET webhook covers",
        _hash,
        play=_play_get,
    ),
)
HUNG_UP = Step(
    "hung_up_recording",
    ("before_completed", "after_completed", "lost"),
    "when a recording that the caller ends by hanging up is reported",
    _recording,
    play=_play_recording,
)
