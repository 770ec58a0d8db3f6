"""Questions of the long call about webhooks: how they are written, signed and ordered."""

import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qsl

from operate.ask_vonage.account import token
from operate.ask_vonage.phone_call import PhoneCall
from operate.ask_vonage.question import Seen, UndecidedError
from operate.ask_vonage.questions.step import Step, notify, talk
from operate.ask_vonage.webhooks import ANSWER, FALLBACK, Json, Reply, Webhooks

_HEX = re.compile(r"[0-9a-f]{32}")
_DASHES = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RECORDS_FOR_S = 30
_QUERY = "step=3&mark=a%2Fb"


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
        "event_url_query",
        ("kept", "changed"),
        "whether an eventUrl keeps its query, in original_request, too",
        _query,
        prepare=_prepare_query,
        play=_play_query,
        has_switch=False,
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
