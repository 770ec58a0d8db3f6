"""What a template may say, and what it is told when it says something else."""

import copy
from typing import Any

import pytest
from pydantic import BaseModel
from switchboard.wire.applications import Capabilities
from switchboard.wire.shapes import keys
from switchboard.wire.validate import problems

from provisioner.errors import InvalidPropertiesError
from provisioner.wanted import capabilities, properties
from tests.unit.provisioner.conftest import application_properties, number_properties

WEBHOOK = "Capabilities.voice.webhooks.answer_url"


class AnyStack:
    """As much of a stack as properties need."""

    name = "shop"


def valid() -> dict[str, Any]:
    return copy.deepcopy(application_properties(AnyStack()))  # type: ignore[arg-type]


def changed(path: str, value: object) -> dict[str, Any]:
    """Valid properties with one of them spoiled."""
    document = valid()
    *parents, name = path.split(".")
    place = document
    for parent in parents:
        place = place.setdefault(parent, {})
    place[name] = value
    return document


def complaint(document: dict[str, Any]) -> str:
    with pytest.raises(InvalidPropertiesError) as raised:
        properties.application(document)
    return str(raised.value)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("ImproveAi", "true", True),
        ("ImproveAi", "false", False),
        ("ImproveAi", True, True),
        ("KeyVersion", 2, "2"),
        ("AdoptApplicationId", "", None),
        ("PropertiesVersion", "1", "1"),
        ("ServiceTimeout", "300", 300),
    ],
)
def test_scalars_are_read_from_strings(path: str, value: object, expected: object) -> None:
    assert getattr(properties.application(changed(path, value)), path) == expected


@pytest.mark.parametrize(
    ("written", "document"), [("true", {"vbc": {}}), ({}, {"vbc": {}}), ("false", {}), (True, {"vbc": {}})]
)
def test_capability_without_settings_is_switched_on(written: object, document: dict[str, Any]) -> None:
    found = properties.application(changed("Capabilities", {"vbc": written})).Capabilities

    assert found.model_dump(exclude_none=True) == document


def test_timeouts_and_ttls_are_read_from_strings() -> None:
    document = changed(f"{WEBHOOK}.socket_timeout", "3000")
    document["Capabilities"]["voice"] |= {"conversations_ttl": "720", "signed_callbacks": "false"}

    voice = properties.application(document).Capabilities.voice

    assert voice is not None
    assert voice.webhooks is not None
    assert voice.webhooks.answer_url is not None
    assert voice.webhooks.answer_url.socket_timeout == 3000
    assert voice.conversations_ttl == 720
    assert voice.signed_callbacks is False


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("ImproveAi", "yes", "ImproveAi is 'yes'; allowed: true or false."),
        ("ImproveAi", "1", "ImproveAi is '1'; allowed: true or false."),
        ("PropertiesVersion", "9", "PropertiesVersion is '9'; allowed: '1'."),
        ("Name", "", "Name"),
        ("ApplicationSecret", None, "ApplicationSecret"),
        ("Nam", "x", "Nam is not a property. Did you mean Name? Allowed: AdoptApplicationId, "),
        (f"{WEBHOOK}.socket_timeout", "5001", f"{WEBHOOK}.socket_timeout is 5001; allowed: 1000 to 5000."),
        (f"{WEBHOOK}.socket_timeout", "999", f"{WEBHOOK}.socket_timeout is 999; allowed: 1000 to 5000."),
        (f"{WEBHOOK}.connect_timeout", "1001", f"{WEBHOOK}.connect_timeout is 1001; allowed: 300 to 1000."),
        (f"{WEBHOOK}.connect_timeout", "1e3", f"{WEBHOOK}.connect_timeout is '1e3'; allowed: 300 to 1000."),
        (f"{WEBHOOK}.connection_timeout", "1", "Did you mean connect_timeout?"),
        (f"{WEBHOOK}.http_method", "PUT", f"{WEBHOOK}.http_method is 'PUT'; allowed: 'GET' or 'POST'."),
        (f"{WEBHOOK}.address", "www.example.com", "allowed: a URL that starts with https:// or http://."),
        (
            "Capabilities.voice.region",
            "mars",
            "Capabilities.voice.region is 'mars'; allowed: 'na-east', 'na-west'",
        ),
        ("Capabilities.voice.conversations_ttl", "9001", "is 9001; allowed: 1 to 9000."),
        ("Capabilities.voice.leg_persistence_time", "0", "is 0; allowed: 1 to 31."),
        ("Capabilities.messages.version", "v2", "is 'v2'; allowed: 'v1' or 'v0.1'."),
        ("Capabilities.messages.webhooks.status_url.http_method", "GET", "allowed: 'POST'."),
        ("Capabilities.vbc", {"x": "1"}, "Capabilities.vbc.x is not a property. Allowed: none, write {}."),
        ("Capabilities.vbc", "yes", "Capabilities.vbc"),
        ("Capabilities.verify.version", "v2", "Capabilities.verify.version is not a property."),
        ("Capabilities.meetings", {}, "Capabilities.meetings is not a property."),
        ("AdoptApplicationId", "abc", "allowed: an application's id, a UUID."),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(path: str, value: object, told: str) -> None:
    assert told in complaint(changed(path, value))


def test_what_is_missing_is_named() -> None:
    document = valid()
    del document["Name"], document["Capabilities"]["messages"]["webhooks"]["status_url"]

    told = complaint(document)

    assert "Name is required." in told
    assert "Capabilities.messages.webhooks.status_url is required." in told


def test_many_mistakes_are_counted() -> None:
    document = valid() | {f"Wrong{index}": "x" for index in range(20)}

    assert "And 14 more." in complaint(document)


def test_capabilities_fit_the_schema_of_vonages_api() -> None:
    document = changed(f"{WEBHOOK}.socket_timeout", "3000")
    document["Capabilities"] |= {"vbc": {}, "video": {"storage": {"cloud_storage": "false"}}}
    document["Capabilities"]["voice"] |= {"conversations_ttl": "720", "region": "eu-west"}

    sent = properties.application(document).model_dump(exclude_none=True)["Capabilities"]

    assert problems(Capabilities, sent, strict=True) == []


@pytest.mark.parametrize(
    ("capability", "model", "hooks"),
    [
        ("voice", capabilities.Voice, capabilities.VoiceWebhooks),
        ("messages", capabilities.Messages, capabilities.MessagesWebhooks),
        ("rtc", capabilities.Rtc, capabilities.RtcWebhooks),
    ],
)
def test_property_has_the_fields_of_vonages_api(
    capability: str, model: type[BaseModel], hooks: type[BaseModel]
) -> None:
    documented = keys(keys(Capabilities)[capability])

    assert set(model.model_fields) == set(documented)
    assert set(hooks.model_fields) == set(keys(documented["webhooks"]))


def test_rtc_takes_its_event_url_alone() -> None:
    document = valid()
    hook = {"address": "https://a.example/"}
    document["Capabilities"]["rtc"] = {"webhooks": {"event_url": hook, "answer_url": hook}}

    told = complaint(document)

    assert "Capabilities.rtc.webhooks.answer_url is not a property." in told
    assert "Allowed: event_url." in told


def test_vonages_defaults_that_would_hurt_are_sent_explicitly() -> None:
    document = valid()
    document["Capabilities"] = {"voice": {"webhooks": {"answer_url": {"address": "https://a.example/"}}}}

    voice = properties.application(document).model_dump(exclude_none=True)["Capabilities"]["voice"]

    assert voice == {
        "webhooks": {"answer_url": {"address": "https://a.example/", "http_method": "POST"}},
        "signed_callbacks": True,
    }


def test_video_and_network_apis_pass_through_with_their_booleans() -> None:
    document = valid()
    document["Capabilities"]["video"] = {
        "webhooks": {"session_created": {"address": "https://a.example/", "active": "true"}},
        "storage": {"cloud_storage": "false"},
    }
    document["Capabilities"]["network_apis"] = {
        "network_application_id": "1234",
        "redirect_uri": "https://a.example/",
    }

    capabilities = properties.application(document).Capabilities

    assert capabilities.video == {
        "webhooks": {"session_created": {"address": "https://a.example/", "active": True}},
        "storage": {"cloud_storage": False},
    }
    assert capabilities.network_apis == {
        "network_application_id": "1234",
        "redirect_uri": "https://a.example/",
    }


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ("07700 900000", "national form"),
        ("(0)7700 900000", "national form"),
        ("447700(0)900000", "not a telephone number"),
        ("+44 7700 ABC", "not a telephone number"),
        ("123456", "6 digits"),
        ("1234567890123456", "16 digits"),
        ("", "Numbers"),
        ([""], "Numbers"),
        ({"a": "b"}, "a list of numbers"),
        ("4.4770090000012E11", "write the number in quotes"),
        ("4.477E3", "has 4 digits"),
    ],
)
def test_numbers_that_are_none_are_refused(numbers: object, told: str) -> None:
    with pytest.raises(InvalidPropertiesError, match=told):
        properties.number(number_properties("a" * 32, Numbers=numbers))


@pytest.mark.parametrize("written", ["4.477009E11", "4.477009E+11", "4.477009e11", " 4.47700900000E11 "])
def test_a_number_without_quotes_is_read_as_what_cloudformation_made_of_it(written: str) -> None:
    read = properties.number(number_properties("a" * 32, Numbers=[written]))

    assert read.Numbers == ["447700900000"]


@pytest.mark.parametrize("timeout", ["", "180.0", "3.6E3", ["x"]])
def test_what_is_cloudformations_own_is_not_judged(timeout: object) -> None:
    valid_number = number_properties("a" * 32) | {"ServiceTimeout": timeout, "ServiceToken": timeout}

    assert properties.application(valid() | {"ServiceTimeout": timeout}).Name
    assert properties.number(valid_number).Numbers


def test_every_shape_ever_released_still_parses() -> None:
    first_release = valid()
    del first_release["PropertiesVersion"]

    assert properties.application(first_release).PropertiesVersion == "1"


def test_a_secret_can_not_be_passed_as_a_property() -> None:
    told = complaint(valid() | {"ApiSecret": "canary"})

    assert "ApiSecret is not a property." in told
    assert "canary" not in told
