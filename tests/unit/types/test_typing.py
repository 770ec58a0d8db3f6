"""What a type checker tells the author of a flow: mypy itself, on snippets."""

import itertools
import os
import re
from pathlib import Path

import pytest
from mypy import api

_SECONDS = itertools.count(1_795_400_000)
DOCS = Path(__file__).parents[3] / "docs"
LAYER = Path(__file__).parents[3] / "layers" / "switchboard"
IMPORTS = """
from switchboard.wire.messages import Inbound
from switchboard.ncco import Ncco, connect, input_, phone, talk
from switchboard.wire.voice import AnswerRequest
from switchboard.wire.voice_events import Event
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture(autouse=True)
def _layer_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYPYPATH", str(LAYER))


def mypy(folder: Path, code: str, imports: str = IMPORTS) -> list[str]:
    """The messages of mypy --strict about a flow."""
    flow = folder / "flow.py"
    flow.write_text(imports + code)
    os.utime(flow, times=(next(_SECONDS),) * 2)  # mypy takes a file of the same second and size for the same
    options = ["--strict", "--config-file=", f"--cache-dir={folder}", "--no-error-summary"]
    output, failure, _ = api.run([*options, str(flow)])
    assert not failure
    return re.findall(r"flow\.py:\d+: (?:error|note): (.*?)(?:  \[[a-z-]+\])?$", output, re.MULTILINE)


def test_snippets_of_the_reference_are_type_checked_python(folder: Path) -> None:
    code = """
def flow(call: AnswerRequest) -> Ncco:
    return [
        {"action": "talk", "text": "<speak>Hello.</speak>", "language": "en-GB", "style": 2, "bargeIn": True},
        {
            "action": "input",
            "eventUrl": ["https://example.com/ivr"],
            "type": ["dtmf", "speech"],
            "dtmf": {"maxDigits": 1},
            "speech": {"context": ["sales", "support"]},
        },
        {"action": "stream", "streamUrl": ["https://example.com/tone.mp3"]},
        {"action": "record", "transcription": {"eventMethod": "POST", "language": "en-US"}},
        {"action": "conversation", "name": "room", "canHear": [], "musicOnHoldUrl": ["https://a.test/b"]},
        {
            "action": "connect",
            "from": call["to"],
            "timeout": 45,
            "advancedMachineDetection": {"behavior": "continue", "beep_timeout": 45},
            "endpoint": [
                {
                    "type": "websocket",
                    "uri": "wss://example.com/socket",
                    "content-type": "audio/l16;rate=16000",
                    "headers": {"name": "Alice", "age": 40},
                }
            ],
        },
        {"action": "connect", "endpoint": [{"type": "phone", "number": "447700900456", "dtmfAnswer": "2p"}]},
        {"action": "notify", "payload": {"foo": "bar"}, "eventUrl": ["https://example.com/notify"]},
        {"action": "wait", "timeout": 0.5},
        {"action": "transfer", "conversationId": "CON-1"},
    ]
"""
    assert mypy(folder, code) == []


def test_sip_takes_a_uri_or_a_user_of_a_domain(folder: Path) -> None:
    imports = "from switchboard.ncco import sip\n"

    assert (
        mypy(folder, 'sip("sip:a@example.com"); sip(domain="trunk", user="a"); sip(domain="trunk")', imports)
        == []
    )
    assert mypy(folder, 'sip("sip:a@example.com", domain="trunk")', imports) != []
    assert mypy(folder, 'sip(user="a")', imports) != []


@pytest.mark.parametrize(("code", "message"), [
    ('talk("Hello.", bargein=True)',
     'Unexpected keyword argument "bargein" for "talk"; did you mean "bargeIn"?'),
    ('talk("Hello.", loop="2")', 'Argument "loop" to "talk" has incompatible type "str"; expected "int"'),
    ('input_("dtmf", dtmf={"maxdigits": 1})', 'Extra key "maxdigits" for TypedDict "DtmfSettings"'),
    ('connect(phone("1"), callerid="2")',
     'Unexpected keyword argument "callerid" for "connect"; did you mean "caller_id"?'),
    ('def flow(call: AnswerRequest) -> str: return call["form"]',
     'TypedDict "AnswerRequest" has no key "form"'),
])  # fmt: skip
def test_wrong_key_is_named(folder: Path, code: str, message: str) -> None:
    assert message in mypy(folder, code)


WHATSAPP = "from switchboard import InboundMessage, reply_to, whatsapp\n"


@pytest.mark.parametrize(("code", "message"), [
    ('whatsapp.buttons("At eight?", {"id": "yes", "titel": "Yes"})',
     'Extra key "titel" for TypedDict "ReplyButton"'),
    ('whatsapp.buttons("At eight?", {"id": "yes", "title": "Yes"}, foter="Until Monday")',
     'Unexpected keyword argument "foter" for "buttons"; did you mean "footer"?'),
    ('whatsapp.list_("Which?", "Days", {"rows": [{"id": "mon", "title": "Monday", "text": "9 am"}]})',
     'Extra key "text" for TypedDict "Row"'),
    ('whatsapp.flow("Book.", {"flow_id": "1", "flow_cta": "Book", "flow_tokn": "a"})',
     'Extra key "flow_tokn" for TypedDict "FlowParameters"'),
    ('whatsapp.card({"type": "image", "image": {"url": "https://example.com/a.jpg"}})',
     'Extra key "url" for TypedDict "Linked"'),
    ('whatsapp.products("Ours.", "1", {"product_items": [{"id": "1"}]}, header="Shop")',
     'Missing key "product_retailer_id" for TypedDict "ProductItem"'),
    ('whatsapp.template("a", "en", {"type": "button", "subtype": "url"})',
     'Extra key "subtype" for TypedDict "Component"'),
])  # fmt: skip
def test_wrong_key_in_what_goes_to_whatsapp_is_named(folder: Path, code: str, message: str) -> None:
    assert message in mypy(folder, code, WHATSAPP)


@pytest.mark.parametrize(("code", "message"), [
    ('message_to("rcs", "1", "Shop", card={"titel": "Tonight"})', 'Extra key "titel" for TypedDict "Card"'),
    ('message_to("rcs", "1", "Shop", crad={"title": "Tonight"})',
     'Unexpected keyword argument "crad" for "message_to"'),
    ('message_to("rcs", "1", "Shop", "Hi.", suggestions=[{"type": "dial", "text": "Us", "number": "2"}])',
     'Extra key "number" for TypedDict "Suggestion"'),
    ('message_to("email", "a@example.com", "b@example.com", "Hi.", email={"subjct": "Hi"})',
     'Extra key "subjct" for TypedDict "EmailSettings"'),
])  # fmt: skip
def test_wrong_key_in_a_message_is_named(folder: Path, code: str, message: str) -> None:
    assert message in mypy(folder, code, "from switchboard import message_to\n")


def test_what_goes_to_whatsapp_may_be_the_custom_of_an_answer(folder: Path) -> None:
    code = """
def flow(message: InboundMessage) -> object:
    return reply_to(message, custom=whatsapp.buttons("At eight?", {"id": "yes", "title": "Yes"}))
"""
    assert mypy(folder, code, WHATSAPP) == []


def test_where_somebody_comes_from_is_typed(folder: Path) -> None:
    code = """
def flow(message: Inbound, status: Status) -> None:
    reveal_type(message["whatsapp"]["referral"]["ctwa_clid"])
    reveal_type(message["whatsapp"]["whatsapp_referred_product"]["product_retailer_id"])
    reveal_type(status["whatsapp"]["pricing"]["pricing_model"])
    reveal_type(status["whatsapp"]["pricing"]["category"])
"""
    imports = "from switchboard.wire.messages import Inbound, Status\n"
    assert mypy(folder, code, imports) == ['Revealed type is "str"'] * 4


def test_literal_with_a_wrong_key_is_refused(folder: Path) -> None:
    code = """
def flow(call: AnswerRequest) -> Ncco:
    return [{"action": "talk", "text": "Hello.", "bargein": True}]
"""
    [message] = mypy(folder, code)

    assert message.startswith("List item 0 has incompatible type")


RETURNING = """
from switchboard import AnswerRequest, Commands, MessageRequest, Ncco, Reply, VoiceEvent
from switchboard import InboundMessage, answer, event, inbound, talk
"""
FLOW = """
@answer
def flow(call: AnswerRequest) -> Reply:
    return [
        talk("Nobody is here."),
        {{"channel": "sms", "message_type": "text", "to": call["from"], "from": call["to"], {text}}},
        {{"name": "voice.update", "detail": {{"uuid": call["uuid"], "action": "hangup"}}}},
    ]
"""


def test_ncco_may_have_messages_and_commands_among_its_actions(folder: Path) -> None:
    assert mypy(folder, FLOW.format(text='"text": "Sorry."'), RETURNING) == []


def test_wrong_item_among_them_is_told_by_its_place(folder: Path) -> None:
    [message] = mypy(folder, FLOW.format(text='"message": "Sorry."'), RETURNING)

    assert message.startswith("List item 1 has incompatible type")


@pytest.mark.parametrize(("decorator", "given", "returned"), [
    ("answer", "AnswerRequest", "Ncco"),
    ("event", "VoiceEvent", "Ncco | None"),
    ("event", "VoiceEvent", "Reply | None"),
    ("event", "VoiceEvent", "MessageRequest | None"),
    ("inbound", "InboundMessage", "Commands | None"),
])  # fmt: skip
def test_flow_s_return_type_may_be_as_narrow_as_it_is(
    folder: Path, decorator: str, given: str, returned: str
) -> None:
    code = f"@{decorator}\ndef flow(payload: {given}) -> {returned}:\n    raise NotImplementedError\n"

    assert mypy(folder, code, RETURNING) == []


@pytest.mark.parametrize(("decorator", "given", "returned"), [
    ("answer", "AnswerRequest", "str"),
    ("answer", "AnswerRequest", "Ncco | None"),
    ("event", "VoiceEvent", "str | None"),
    ("inbound", "InboundMessage", "Ncco"),
])  # fmt: skip
def test_flow_that_returns_what_nothing_can_be_done_with_is_refused(
    folder: Path, decorator: str, given: str, returned: str
) -> None:
    code = f"@{decorator}\ndef flow(payload: {given}) -> {returned}:\n    raise NotImplementedError\n"

    assert mypy(folder, code, RETURNING) != []


def test_python_in_the_reference_page_is_right(folder: Path) -> None:
    snippets = re.findall(r"```python\n(.*?)```", (DOCS / "ncco.md").read_text(), re.DOTALL)

    assert snippets
    assert [mypy(folder, code, imports="") for code in snippets] == [[]] * len(snippets)


def test_match_narrows_call_events(folder: Path) -> None:
    code = """
def flow(event: Event) -> Ncco | None:
    match event:
        case {"dtmf": {"digits": "1"}}:
            return [talk("One.")]
        case {"dtmf": {"digits": str(digits)}}:
            reveal_type(digits)
        case {"status": "completed", "duration": str(seconds)}:
            reveal_type(seconds)
    if "status" in event and event["status"] == "completed":
        reveal_type(event["price"])
        event["dtmf"]
    if "speech" in event:
        reveal_type(event["speech"]["results"][0]["text"])
    return None
"""
    text = 'Revealed type is "str"'
    price = 'Revealed type is "str | None"'
    assert mypy(folder, code) == [text, text, price, 'TypedDict "Completed" has no key "dtmf"', text]


def test_match_narrows_messages(folder: Path) -> None:
    code = """
def flow(message: Inbound) -> None:
    match message["message_type"]:
        case "text":
            reveal_type(message["text"])
        case "image":
            reveal_type(message["image"]["url"])
            message["text"]
    match message:
        case {"location": {"lat": float(latitude)}}:
            reveal_type(latitude)
"""
    text = 'Revealed type is "str"'
    assert mypy(folder, code) == [
        text, text, 'TypedDict "ImageMessage" has no key "text"', 'Revealed type is "float"',
    ]  # fmt: skip


def test_reply_takes_what_the_messages_api_has_in_its_shape(folder: Path) -> None:
    imports = "from switchboard import InboundMessage, MessageRequest, inbound, reply_to\n"
    [documented] = re.findall(r"```python\n(@inbound.*?)```", (DOCS / "commands.md").read_text(), re.DOTALL)
    right = """
def flow(message: InboundMessage) -> list[MessageRequest]:
    return [
        reply_to(message, "We are open."),
        reply_to(message, image={"url": "https://a.test/map.png", "caption": "Here we are."}),
        reply_to(message, template={"name": "hours"}, whatsapp={"locale": "en"}, client_ref="order-7"),
    ]
"""
    wrong = """
def flow(message: InboundMessage) -> list[MessageRequest]:
    return [reply_to(message, picture={"url": "u"}), reply_to(message, image={"uri": "u"})]
"""

    assert mypy(folder, right + documented, imports) == []
    named = "\n".join(mypy(folder, wrong, imports))
    assert 'Unexpected keyword argument "picture" for "reply_to"' in named
    assert 'Extra key "uri" for TypedDict "File"' in named


DIALOG = """
from typing import reveal_type
from switchboard import Call, call_dialog, phone

def find(number: str, *, limit: int = 1) -> list[str]:
    return [number] * limit

def check(keys: str) -> int | None:
    return int(keys)

@call_dialog
async def flow(call: Call) -> None:
"""
REVEALED = {
    'await call.ask("?", choices={"1": 1, "2": 2})': "int",
    'await call.ask("?", choices={"1": 1}, default=None)': "int | None",
    'await call.ask("?")': "str",
    'await call.ask("?", max_digits=4, default=0)': "str | int",
    'await call.ask_secret("?", check)': "int",
    'await call.do(find, "447700900000", limit=2)': "list[str]",
    'await call.connect(phone("447700900000"))': "ConnectOutcome",
    "await call.record()": "Recording",
    "call.now().hour": "int",
}
MISTAKES = {
    'call.ask("?")': 'Value of type "Coroutine[Any, Any, str]" must be used',
    "await call.do(find)": 'Missing positional argument "number" in call to "do" of "Dialog"',
    "await call.do(find, 1)": 'Argument 2 to "do" of "Dialog" has incompatible type "int"; expected "str"',
    "await call.record(longest=1)": 'Unexpected keyword argument "longest" for "record" of "Call"',
    'await call.ask("?", coices={"1": 1})': 'No overload variant of "ask" of "Asking" matches',
}  # fmt: skip


def test_what_a_dialog_s_steps_come_back_with_is_known(folder: Path) -> None:
    revealed = mypy(folder, "".join(f"    reveal_type({code})\n" for code in REVEALED), DIALOG)

    kinds = [re.sub(r"builtins\.|switchboard\.dialogs\.calls\.outcomes\.", "", note) for note in revealed]
    assert kinds == [f'Revealed type is "{kind}"' for kind in REVEALED.values()]


def test_what_a_dialog_forgets_or_mistakes_is_named(folder: Path) -> None:
    found = mypy(folder, "".join(f"    {code}\n" for code in MISTAKES), DIALOG)

    assert [message for message in MISTAKES.values() if message not in "\n".join(found)] == []


def test_nothing_is_run_behind_what_never_comes_back(folder: Path) -> None:
    code = """
    await call.transfer(phone("447700900000"))
    call.says("unreachable, so nobody minds the misspelt name")
"""

    assert mypy(folder, code, DIALOG) == []
