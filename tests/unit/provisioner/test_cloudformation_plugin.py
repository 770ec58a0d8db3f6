"""The CloudFormation that users test their own custom resources with."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from local.cloudformation import CloudFormation, Handler, ProtocolError

pytest_plugins = ["local.cloudformation_plugin"]
Build = Callable[[Handler], CloudFormation]


def answering(**changes: object) -> Handler:
    """A handler that answers SUCCESS, with some fields changed."""

    def handler(event: Mapping[str, Any], _context: object) -> None:
        fields = {
            "Status": "SUCCESS",
            "PhysicalResourceId": "thing",
            "StackId": event["StackId"],
            "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"],
            **changes,
        }
        put(event["ResponseURL"], json.dumps(fields).encode())

    return handler


def put(url: str, body: bytes, content_type: str = "") -> None:
    """PUT as any HTTP client would; a refusal is an error."""
    reply = httpx.put(url, content=body, headers={"Content-Type": content_type})
    reply.raise_for_status()


def test_scalars_arrive_as_strings(cloudformation: Build) -> None:
    seen: list[object] = []

    def handler(event: Mapping[str, Any], context: object) -> None:
        seen.append(event["ResourceProperties"])
        answering()(event, context)

    cloudformation(handler).stack("s").create(
        "T", "Custom::T", {"A": True, "B": 3, "C": [{"D": 1.5}], "E": {}}
    )

    assert seen == [{"A": "true", "B": "3", "C": [{"D": "1.5"}], "E": {}}]


def test_another_id_after_an_update_is_a_replacement(cloudformation: Build) -> None:
    deleted: list[str] = []

    def handler(event: Mapping[str, Any], context: object) -> None:
        if event["RequestType"] == "Delete":
            deleted.append(event["PhysicalResourceId"])
        answering(PhysicalResourceId=event["RequestId"])(event, context)

    stack = cloudformation(handler).stack("s")
    created = stack.create("T", "Custom::T", {"A": "1"})

    stack.update("T", {"A": "2"})

    assert deleted == [created.physical_id]


def test_a_create_that_was_never_answered_is_deleted_under_an_invented_id(cloudformation: Build) -> None:
    seen: list[str] = []
    stack = cloudformation(lambda event, _: seen.append(event.get("PhysicalResourceId", ""))).stack("s")

    created = stack.create("T", "Custom::T", {})
    stack.delete("T")

    assert not created.answered
    assert seen[0] == ""
    assert seen[1].startswith("s-T-")


def test_a_handler_that_raises_is_an_error_and_not_an_answer(cloudformation: Build) -> None:
    def handler(_event: object, _context: object) -> None:
        raise RuntimeError("boom")

    created = cloudformation(handler).stack("s").create("T", "Custom::T", {})

    assert [str(error) for error in created.errors] == ["boom"]
    assert not created.answered


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Reason": "x" * 5000}, "4096 are allowed"),
        ({"Status": "OK"}, "neither SUCCESS nor FAILED"),
        ({"PhysicalResourceId": ""}, "PhysicalResourceId is empty"),
        ({"Status": "FAILED"}, "FAILED without a Reason"),
        ({"RequestId": "another"}, "RequestId not copied"),
    ],
)
def test_a_wrong_answer_fails_the_test(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ProtocolError, match=told), CloudFormation(answering(**changes)) as running:
        running.stack("s").create("T", "Custom::T", {})


def test_a_content_type_is_refused_as_the_presigned_url_would(cloudformation: Build) -> None:
    def handler(event: Mapping[str, Any], _context: object) -> None:
        put(event["ResponseURL"], b"{}", "application/json")

    created = cloudformation(handler).stack("s").create("T", "Custom::T", {})

    assert "403" in str(created.errors[0])
