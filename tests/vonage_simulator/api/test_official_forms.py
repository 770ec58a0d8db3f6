"""The forms in which SDKs that cannot run here write an NCCO and a call; remade from what these SDKs send.

Sources: the tests of vonage-php-sdk-core (numbers and booleans as text, no `type` in an input), those of
vonage-dotnet-sdk (`level`, `loop`, `timeout`, `limit`, `endOnSilence` as text), Vonage's NCCO reference (its
examples have `"timeout": "45"`, `"bargeIn": "true"`, `"submitOnHash": "true"`), vonage-java-sdk (SIP trunks).
"""

import time
from typing import Any

import httpx
import jwt
import pytest

from tests.vonage_simulator.customer import CALLEE, NUMBER, Customer, client_of, ncco, private_key, talk
from vonage_simulator.ncco.check import problems_of
from vonage_simulator.vonage import Vonage

Json = dict[str, Any]
URL = "https://example.com/a"
PHONE: Json = {"type": "phone", "number": CALLEE}

PHP: dict[str, list[Json]] = {
    "talk": [{"action": "talk", "text": "Hi", "bargeIn": "false", "level": "0", "loop": "1"}],
    "style": [{"action": "talk", "text": "Hi", "language": "en-US", "style": "0", "premium": "true"}],
    "stream": [{"action": "stream", "streamUrl": [URL], "bargeIn": "false", "level": "0", "loop": "1"}],
    "input": [
        {
            "action": "input",
            "dtmf": {"maxDigits": "4", "timeOut": "10", "submitOnHash": "true"},
            "speech": {"language": "en-US", "startTimeout": "10", "endOnSilence": "2", "maxDuration": "30"},
            "eventUrl": [URL],
            "eventMethod": "POST",
        }
    ],
    "record": [
        {"action": "record", "endOnSilence": "3", "endOnKey": "#", "timeOut": "60", "beepStart": "true"}
    ],
    "conversation": [
        {
            "action": "conversation",
            "name": "a",
            "startOnEnter": "false",
            "endOnExit": "true",
            "record": "true",
        }
    ],
}
DOTNET: dict[str, list[Json]] = {
    "talk": [{"action": "talk", "text": "Hi", "bargeIn": False, "loop": "2", "level": "0.5"}],
    "stream": [{"action": "stream", "streamUrl": [URL], "level": "-0.5", "loop": "0"}],
    "record": [{"action": "record", "endOnSilence": "3", "timeOut": "60"}],
    "connect": [{"action": "connect", "endpoint": [PHONE], "from": NUMBER, "timeout": "60", "limit": "7200"}],
    "asynchronous input": [{"action": "input", "mode": "asynchronous", "type": ["dtmf"], "eventUrl": [URL]}],
    "provider": [{"action": "talk", "text": "Hi", "provider": "vonage", "providerOptions": {"voice": "a"}}],
}
REFERENCE: dict[str, list[Json]] = {
    "connect": [{"action": "connect", "timeout": "45", "from": NUMBER, "endpoint": [PHONE]}],
    "interruption": [
        {"action": "stream", "streamUrl": [URL], "bargeIn": "true"},
        {"action": "input", "type": ["dtmf"], "dtmf": {"submitOnHash": "true", "maxDigits": 1}},
    ],
    "record": [{"action": "record", "eventUrl": [URL], "endOnSilence": "3", "beepStart": "true"}],
}
TRUNK: Json = {"type": "sip", "domain": "trunk1"}
JAVA: dict[str, list[Json]] = {
    "trunk": [{"action": "connect", "from": NUMBER, "endpoint": [TRUNK]}],
    "user of a trunk": [{"action": "connect", "from": NUMBER, "endpoint": [{**TRUNK, "user": "joe"}]}],
}
FORMS = {
    f"{sdk} {name}": form
    for sdk, forms in {"PHP": PHP, ".NET": DOTNET, "reference": REFERENCE, "Java": JAVA}.items()
    for name, form in forms.items()
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_form_of_an_official_sdk_is_refused(form: list[Json]) -> None:
    assert [str(problem) for problem in problems_of(form) if problem.rejected] == []


@pytest.mark.parametrize(
    ("name", "nonsense"),
    [
        ("PHP talk", {"loop": "twice"}),
        ("PHP talk", {"level": "1.5"}),
        ("PHP talk", {"bargeIn": "perhaps"}),
        (".NET connect", {"timeout": "soon"}),
        ("PHP record", {"endOnSilence": "11"}),
    ],
)
def test_text_that_is_no_such_value_is_refused(name: str, nonsense: Json) -> None:
    (action,) = FORMS[name]

    assert [problem.field for problem in problems_of([{**action, **nonsense}]) if problem.rejected] == [
        *nonsense
    ]


def test_call_plays_texts_as_the_numbers_that_they_are(vonage: Vonage, customer: Customer) -> None:
    twice = {"action": "talk", "text": "Welcome.", "loop": "2", "level": "0.5"}
    customer.create().on("answer", ncco(twice, talk("Goodbye.")))

    outcome = customer.call()

    heard = [line["text"] for line in vonage.journal.entries(what="talk")]
    assert (heard, outcome["status"]) == (["Welcome.", "Welcome.", "Goodbye."], "completed")


def test_call_by_rest_takes_the_same_forms(vonage: Vonage, customer: Customer) -> None:
    application = customer.create().application
    claims = {"application_id": application["id"], "iat": int(time.time()), "jti": "one"}
    token = jwt.encode(claims, private_key(application["keys"]["private_key"]), algorithm="RS256")
    request = {
        "to": [PHONE],
        "from": {"type": "phone", "number": NUMBER},
        "ncco": PHP["talk"],
        "length_timer": "7200",
        "ringing_timer": "60",
    }
    with client_of(vonage, headers={"Authorization": f"Bearer {token}"}) as client:
        placed: httpx.Response = client.post("/v1/calls", json=request)

    assert placed.status_code == 201, placed.text
