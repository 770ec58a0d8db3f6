"""The plan is a pure function; so is the document it ends in."""

from dataclasses import replace
from typing import Any

import pytest

from provisioner.plan import application
from provisioner.plan.application import Found
from provisioner.steps.application import PutApplication
from provisioner.wanted import properties
from provisioner.world import document, keys
from provisioner.world.secret import Content
from tests.unit.provisioner.conftest import application_properties
from tests.unit.provisioner.test_properties import AnyStack

PAIR, NEXT, OTHER = keys.make(), keys.make(), keys.make()
ID = "11111111-2222-3333-4444-555555555555"


def wanted(**changes: object) -> properties.Application:
    raw = application_properties(AnyStack(), **changes)  # type: ignore[arg-type]
    return properties.application(raw)


def live(public_key: str = PAIR.public_pem, **changes: object) -> dict[str, Any]:
    return {"id": ID, **document.for_put(document.wanted(wanted()), public_key), "_links": {}, **changes}


def current(**changes: object) -> Content:
    return replace(Content(PAIR, ID, "1", "v1"), **changes)  # type: ignore[arg-type]


def found(**changes: object) -> Found:
    return replace(Found(live(), ID, current(), claimed=True), **changes)  # type: ignore[arg-type]


def names(steps: list[Any]) -> list[str]:
    return [type(step).__name__ for step in steps]


NEXT_KEY = Content(NEXT, ID, "2", "v2")


@pytest.mark.parametrize(
    ("changes", "there", "expected"),
    [
        ({}, Found(), ["StoreKey", "CreateApplication", "ClaimApplication", "SaveApplication"]),
        (
            {},
            Found(current=Content(PAIR, key_version="1")),
            ["CreateApplication", "ClaimApplication", "SaveApplication"],
        ),
        ({}, found(), []),
        ({"Name": "x"}, found(), ["PutApplication"]),
        ({}, found(live=live(OTHER.public_pem)), ["PutApplication"]),
        ({}, found(claimed=False, made_here=True), ["ClaimApplication"]),
        ({}, found(current=current(application_id="")), ["SaveApplication"]),
        ({}, found(current=Content()), ["StoreKey", "PutApplication", "SaveApplication"]),
        ({}, found(current=Content(), moved=current()), ["MoveKey"]),
        (
            {"KeyVersion": "2"},
            found(),
            ["StoreNextKey", "PutNextKey", "TryNextKey", "PromoteNextKey"],
        ),
        ({"KeyVersion": "2"}, found(pending=NEXT_KEY), ["PutNextKey", "TryNextKey", "PromoteNextKey"]),
        (
            {"KeyVersion": "2"},
            found(pending=NEXT_KEY, live=live(NEXT.public_pem)),
            ["TryNextKey", "PromoteNextKey"],
        ),
        ({}, found(pending=NEXT_KEY), ["DropNextKey"]),
        ({}, found(pending=NEXT_KEY, live=live(NEXT.public_pem)), ["PutApplication", "DropNextKey"]),
    ],
)
def test_a_plan_holds_what_is_missing_and_nothing_else(
    changes: dict[str, object], there: Found, expected: list[str]
) -> None:
    assert names(application.plan(wanted(**changes), there)) == expected


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (Found(), []),
        (found(known_keys=(PAIR.public_pem,), application_id=ID), ["DeleteApplication", "EmptySecret"]),
        (found(known_keys=(OTHER.public_pem,), application_id=ID), []),
        (found(topmost=False), []),
        (found(claimed=False), []),
        (
            found(before=live(OTHER.public_pem), known_keys=(PAIR.public_pem,), application_id=ID),
            ["RestoreApplication", "EmptySecret"],
        ),
        (
            found(before=live(), alone=False, known_keys=(PAIR.public_pem,), application_id=ID),
            ["RestoreApplication"],
        ),
        (
            found(
                live=None,
                known_keys=(PAIR.public_pem,),
                application_id=ID,
                current=current(application_id="another"),
            ),
            [],
        ),
    ],
)
def test_a_removal_undoes_what_this_resource_did(there: Found, expected: list[str]) -> None:
    assert names(application.plan_removal(there)[0]) == expected


def test_a_plan_names_what_changes() -> None:
    voice = live()["capabilities"]["voice"]
    [step] = application.plan(wanted(), found(live=live(capabilities={"voice": voice})))

    assert isinstance(step, PutApplication)
    assert str(step) == f"change capabilities.messages, capabilities.rtc of the application {ID}"


def test_what_the_stack_wants_no_more_is_removed_and_the_rest_is_kept() -> None:
    merged = document.merged(
        {"a": 1, "b": {"c": 2, "d": 3}, "strange": {"x": 1}},
        {"b": {"c": 4}},
        [{"a": 1, "b": {"c": 2, "d": 3}}],
    )

    assert merged == {"b": {"c": 4}, "strange": {"x": 1}}


def test_what_was_never_ours_is_kept_inside_what_is_ours() -> None:
    merged = document.merged({"b": {"c": 2, "region": "eu"}}, {"b": {"c": 4}}, [{"b": {"c": 2}}])

    assert merged == {"b": {"c": 4, "region": "eu"}}


def test_keys_are_compared_as_keys() -> None:
    assert document.equal(live(), live(PAIR.public_pem.strip().replace("\n", "\r\n")))
    assert not document.equal(live(), live(OTHER.public_pem))


def test_what_is_read_only_is_not_sent() -> None:
    sent = document.for_put(live(capabilities={"verify": {"version": "v2", "webhooks": {}}}))

    assert sorted(sent) == ["capabilities", "keys", "name", "privacy"]
    assert sent["capabilities"] == {"verify": {"webhooks": {}}}


def test_no_step_shows_a_key() -> None:
    steps = [
        *application.plan(wanted(), Found()),
        *application.plan(wanted(KeyVersion="2", Name="x"), found()),
        *application.plan_removal(found(known_keys=(PAIR.public_pem,), application_id=ID))[0],
    ]

    assert "KEY--" not in repr(steps) + " ".join(map(str, steps)) + repr(found())
