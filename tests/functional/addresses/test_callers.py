"""What a recording's event doesn't say, who calls, is known to the flow that hears it, and to nobody else."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from switchboard import (
    AnswerRequest,
    Ncco,
    VoiceEvent,
    answer,
    caller,
    connect,
    conversation,
    event,
    notify,
    query,
    record,
    talk,
    webhook_url,
)
from switchboard import phone as number
from switchboard.webhooks import sealed

from tests.conftest import Logs
from tests.factories import (
    CALLED,
    CALLER,
    CREDENTIALS,
    SIGNATURE_SECRET,
    answer_request,
    signed,
    webhook_event,
)
from tests.fakes.backbone import QUEUE
from tests.fakes.stores import Aws
from tests.samples import sample

pytestmark = pytest.mark.usefixtures("backbone")

NEW = "n" * 32
DAY_S = 24 * 3600
OURS = "https://abc123.execute-api.eu-west-1.amazonaws.com/webhooks/event"
NAMED = {"from": CALLER, "to": CALLED}
SILENT = {"event_record", "event_transcribed", "event_notify"}


def reply(actions: Callable[[], Any], payload: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The NCCO with which an answer flow's actions leave."""

    @answer
    def flow(_call: AnswerRequest) -> Ncco:
        ncco: Ncco = actions()
        return ncco

    body = json.loads(flow(webhook_event("answer", payload or answer_request()))["body"])
    return list(body)


def address(actions: Callable[[], Any], payload: dict[str, Any] | None = None) -> str:
    """Where the last of the actions is heard of."""
    return str(reply(actions, payload)[-1].get("eventUrl", [""])[0])


class Hearing:
    """An event flow that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.query: dict[str, str] = {}
        self.reply: Any = None

    def __call__(
        self, url: str, name: str = "event_record", secret: str = SIGNATURE_SECRET, **changes: object
    ) -> dict[str, Any]:
        @event
        def flow(happened: VoiceEvent) -> Any:  # noqa: ANN401 - what the test says
            self.heard.append(happened)
            self.query = dict(query())
            return self.reply() if self.reply else None

        asked = webhook_event("event", sample(name) | changes)
        asked["headers"]["authorization"] = signed(asked["body"].encode(), secret)
        answered = flow(asked | {"rawQueryString": url.partition("?")[2]})
        assert answered["statusCode"] in (200, 204)
        return {"ncco": json.loads(answered.get("body", "[]")), "event": self.heard[-1]}


@pytest.fixture
def hear() -> Hearing:
    return Hearing()


def who(happened: Any) -> dict[str, str]:  # noqa: ANN401 - an event
    return {name: happened[name] for name in ("from", "from_user", "to") if name in happened}


@pytest.mark.parametrize("name", sorted(SILENT))
@pytest.mark.parametrize("options", [{}, {"eventUrl": []}, {"eventUrl": [OURS]}])
def test_flow_hears_who_was_recorded(hear: Hearing, name: str, options: Any) -> None:  # noqa: ANN401
    url = address(lambda: [talk("Speak."), record(**options)])

    happened = hear(url, name)["event"]

    assert who(happened) == NAMED
    assert caller(happened) == CALLER
    assert hear.query == {}


def test_timeline_and_bus_are_told_too(aws: Aws, hear: Hearing) -> None:
    hear(address(lambda: [record()]))

    [message] = aws.queues[QUEUE]
    assert who(json.loads(message["MessageBody"])["payload"]) == NAMED


def test_event_is_the_same_whatever_its_address_says(aws: Aws, hear: Hearing) -> None:
    hear(address(lambda: [record()]))
    hear("")

    assert len(aws.queues[QUEUE]) == 1


@pytest.mark.parametrize(
    "action",
    [
        lambda url: record(eventUrl=url),
        lambda url: record(eventUrl=url, format="wav"),
        lambda url: notify({"step": 1}, url[0]),
        lambda url: conversation("team", record=True, eventUrl=url),
        lambda url: connect(number("447700900456"), eventType="synchronous", eventUrl=url),
    ],
)
def test_each_action_whose_own_events_are_silent_says_it(hear: Hearing, action: Any) -> None:  # noqa: ANN401
    url = address(lambda: [action([webhook_url("event", menu="sales")])])

    hear(url)

    assert who(hear.heard[0]) == NAMED
    assert hear.query == {"menu": "sales"}


def test_transcript_has_its_own_address_or_that_of_the_stack() -> None:
    own: Any = {"language": "en-US", "eventUrl": ["https://example.com/words"]}
    [silent], [elsewhere] = (
        reply(lambda: [record(transcription={"language": "en-US"})]),
        reply(lambda: [record(transcription=own)]),
    )

    assert silent["transcription"]["eventUrl"] == silent["eventUrl"]
    assert elsewhere["transcription"] == own


@pytest.mark.parametrize(
    "theirs",
    [
        "https://example.com/webhooks/event",
        OURS + "/",
        OURS + "?menu=sales",
        OURS.replace("https", "http"),
        OURS.replace("/event", "/answer"),
        OURS.replace(".com/", ".com.example.com/"),
    ],
)
def test_address_that_is_not_ours_is_left_as_it_is(theirs: str) -> None:
    options: Any = {"eventUrl": [theirs], "transcription": {"language": "en-US"}}

    assert reply(lambda: [record(**options)]) == [{"action": "record", **options}]


@pytest.mark.parametrize(
    "plain", [lambda: talk("Hello."), lambda: connect(number("447700900456")), lambda: conversation("team")]
)
def test_other_actions_are_left_as_they_are(plain: Any) -> None:  # noqa: ANN401
    assert reply(lambda: [plain()]) == [plain()]


def test_address_without_room_is_left_as_it_is() -> None:
    assert len(address(lambda: [record(eventUrl=[webhook_url("event", menu="x" * 1900)])])) < 2100


def test_number_is_in_no_address_and_no_log(logs: Logs, hear: Hearing) -> None:
    url = address(lambda: [record()])
    hear(url)

    assert CALLER not in url + logs.text
    assert CALLED not in url + logs.text


def test_two_calls_of_one_caller_have_nothing_in_common() -> None:
    first, again = (
        address(lambda: [record()], answer_request(conversation_uuid=f"CON-{call}")) for call in (1, 2)
    )
    [one], [other] = (parse_qs(url.partition("?")[2])["from"] for url in (first, again))

    assert one[:8] != other[:8]
    assert len(one) == len(other)


def test_answer_that_is_asked_twice_is_the_same() -> None:
    request = answer_request()

    assert reply(lambda: [record()], request) == reply(lambda: [record()], request)


def test_client_sdk_user_is_known_by_name(hear: Hearing) -> None:
    request = answer_request(from_user="ada", endpoint_type="app")
    del request["from"]

    happened = hear(address(lambda: [record()], request))["event"]

    assert caller(happened) == "ada"


def test_what_vonage_says_of_a_leg_is_its_own(hear: Hearing) -> None:
    url = address(lambda: [connect(number("447700900456"), eventType="synchronous")])

    busy = hear(url, "event_busy", **{"from": CALLED, "to": "447700900456"})["event"]

    assert who(busy) == {"from": CALLED, "to": "447700900456"}


def test_caller_is_still_known_behind_a_busy_line(hear: Hearing) -> None:
    hear.reply = lambda: [talk("Leave a message."), record()]
    url = address(lambda: [connect(number("447700900456"), eventType="synchronous")])

    [_, recording] = hear(url, "event_busy", **{"from": CALLED, "to": "447700900456"})["ncco"]
    hear.reply = None

    assert who(hear(recording["eventUrl"][0])["event"]) == NAMED


@pytest.mark.parametrize(("name", "says"), [("event_input_dtmf", True), ("event_busy", False)])
def test_nothing_is_said_of_a_caller_who_is_not_certain(hear: Hearing, name: str, *, says: bool) -> None:
    """What happens to a leg that was called names that leg's two sides."""
    hear.reply = lambda: [record()]

    [recording] = hear("", name, **NAMED)["ncco"]

    assert ("eventUrl" in recording) is says


@pytest.mark.parametrize(("ago_s", "survives"), [(0, True), (DAY_S + 60, False)])
def test_caller_of_a_call_in_progress_is_known_for_a_day_after_a_rotation(
    aws: Aws, hear: Hearing, ago_s: float, *, survives: bool
) -> None:
    url = address(lambda: [record()])
    secret = aws.secrets["switchboard/vonage-signature"]
    secret.rotate(CREDENTIALS | {"signature_secret": NEW})
    secret.made_at = time.time() - ago_s

    assert who(hear(url, secret=NEW)["event"]) == (NAMED if survives else {})


def test_field_of_a_flow_that_has_the_same_name_is_its_own(hear: Hearing) -> None:
    url = address(lambda: [record(eventUrl=[webhook_url("event", **{"from": "sales"})])])

    assert who(hear(url)["event"]) == {}
    assert hear.query == {"from": "sales"}


def test_caller_of_another_address_is_not_taken(hear: Hearing) -> None:
    """What is sealed counts inside of a query with a MAC alone."""
    url = address(lambda: [record()]).partition("&mac=")[0]

    assert who(hear(url)["event"]) == {}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda words: words[:-2] + ("A" if words[-2] != "A" else "B") + words[-1],
        lambda words: ("A" if words[0] != "A" else "B") + words[1:],
        lambda words: words[:-4],
        lambda words: words[:20],
        lambda _words: "",
        lambda words: words + "é",
    ],
)
def test_sealed_text_that_was_changed_is_nothing(spoil: Callable[[str], str]) -> None:
    words = sealed.seal('{"a": 1}', "a test", SIGNATURE_SECRET)

    assert sealed.unseal(words, "a test", [NEW, SIGNATURE_SECRET]) == '{"a": 1}'
    assert sealed.unseal(spoil(words), "a test", [SIGNATURE_SECRET]) is None


def test_sealed_text_is_for_one_purpose_and_one_secret() -> None:
    words = sealed.seal("{}", "a test", SIGNATURE_SECRET)

    assert sealed.unseal(words, "another", [SIGNATURE_SECRET]) is None
    assert sealed.unseal(words, "a test", [NEW]) is None


def test_long_text_is_sealed_whole() -> None:
    text = "é" * 1000

    assert sealed.unseal(sealed.seal(text, "a test", NEW), "a test", [NEW]) == text
