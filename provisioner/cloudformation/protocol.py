"""CloudFormation's custom-resource protocol: the request, and an answer it can always read.

Standard library only, because FAILED must be said even when no other import works.
Source: CloudFormation User Guide, "Custom resource request and response reference".
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

# CloudFormation refuses a longer answer, and the stack then waits for its timeout.
MAX_BODY_BYTES = 4096

MAX_REASON_CHARACTERS = 2000
RequestType = Literal["Create", "Update", "Delete"]
REQUEST_TYPES: tuple[str, ...] = get_args(RequestType)


@dataclass(frozen=True)
class Request:
    """One request of CloudFormation.

    `physical_id` is the id it sent (Update, Delete), which on the Delete after an unanswered Create is one
    that CloudFormation made up; `own_id` is the id this resource has by its place in its stack, whatever
    was sent. `old_properties` are those of an Update's resource so far.
    """

    type: RequestType
    id: str
    stack_id: str
    logical_id: str
    resource_type: str
    response_url: str = field(repr=False)
    physical_id: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict, repr=False)
    old_properties: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def own_id(self) -> str:
        """The stable physical id: readable, unique for stack and logical id, known before any call."""
        place = hashlib.sha256(f"{self.stack_id}\n{self.logical_id}".encode()).hexdigest()[:12]
        return f"{self.stack_name}.{self.logical_id}.{place}"

    @property
    def answer_id(self) -> str:
        """The id to answer with: the one CloudFormation knows, or ours when it knows none."""
        return self.physical_id or self.own_id

    @property
    def stack_name(self) -> str:
        """The stack's name, as in `arn:aws:cloudformation:region:account:stack/NAME/uuid`."""
        parts = self.stack_id.split("/")
        return parts[1] if len(parts) > 1 else self.stack_id


@dataclass(frozen=True)
class Answer:
    """What CloudFormation is told: `data` holds ids and ARNs only, never a secret."""

    status: Literal["SUCCESS", "FAILED"]
    physical_id: str
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)


def parse(event: Mapping[str, Any]) -> Request:
    """The request in a Lambda event that has a `ResponseURL`.

    Whatever else is missing or unheard of stays so: there is somebody to answer, who must not wait forever.
    """
    return Request(
        type=event.get("RequestType", ""),
        id=event.get("RequestId", ""),
        stack_id=event.get("StackId", ""),
        logical_id=event.get("LogicalResourceId", ""),
        resource_type=event.get("ResourceType", ""),
        response_url=event["ResponseURL"],
        physical_id=event.get("PhysicalResourceId") or None,
        properties=event.get("ResourceProperties") or {},
        old_properties=event.get("OldResourceProperties") or {},
    )


def printable(text: str) -> str:
    """The text with a blank for each character that can't be shown.

    A control character in a reason makes all events of the stack unreadable.
    Source: aws-cloudformation/cloudformation-coverage-roadmap, issue 1601.
    """
    return "".join(character if character.isprintable() else " " for character in text)


def failed(request: Request, reason: str) -> Answer:
    """FAILED for a request, under the id CloudFormation knows."""
    return Answer("FAILED", request.answer_id, reason)


def body(request: Request, answer: Answer) -> bytes:
    """The answer as CloudFormation reads it, cut to its 4,096 bytes.

    Only the reason is ever cut: everything else is ids, and the stack cannot go on without them.
    """
    reason = printable(answer.reason[:MAX_REASON_CHARACTERS])
    encoded = _encode(request, answer, reason)
    while len(encoded) > MAX_BODY_BYTES and reason:
        too_long = len(encoded) - MAX_BODY_BYTES
        kept = len(reason) - max(1, too_long // 6) - 1
        reason = reason[: max(0, kept)].rstrip() + "…" if len(reason) > 1 else ""
        encoded = _encode(request, answer, reason)
    return encoded


def _encode(request: Request, answer: Answer, reason: str) -> bytes:
    fields: dict[str, Any] = {
        "Status": answer.status,
        "PhysicalResourceId": answer.physical_id,
        "StackId": request.stack_id,
        "RequestId": request.id,
        "LogicalResourceId": request.logical_id,
    }
    if reason or answer.status == "FAILED":
        fields["Reason"] = reason or "The provisioner gave no reason."
    if answer.data:
        fields["Data"] = dict(answer.data)
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")
