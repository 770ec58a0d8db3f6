"""Stacks and their custom resources: what CloudFormation asks for, and what it remembers of the answers."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from local.cloudformation import delivery
from local.cloudformation.delivery import Handler
from local.cloudformation.response_url import Json, Outcome, ResponseUrl


class CloudFormation(ResponseUrl):
    """A CloudFormation with a real response URL on a loopback port. Use it as a context manager.

    Args:
        handler: The Lambda function under test.
        remaining_s: The time a delivery has, in seconds.
    """

    def __init__(self, handler: Handler, remaining_s: float = 90.0) -> None:
        super().__init__()
        self.handler = handler
        self.remaining_s = remaining_s

    def stack(self, name: str) -> "Stack":
        """A new stack; another one of the same name has another id."""
        return Stack(self, name, f"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/{uuid.uuid4()}")

    def request(
        self, kind: str, stack: "Stack", logical_id: str, resource_type: str, **fields: object
    ) -> Outcome:
        """A request that has not been delivered yet."""
        return self.expect(
            {
                "RequestType": kind,
                "RequestId": str(uuid.uuid4()),
                "StackId": stack.id,
                "ResourceType": resource_type,
                "LogicalResourceId": logical_id,
                **{name: _scalars_as_text(value) for name, value in fields.items()},
            }
        )

    def deliver(self, outcome: Outcome) -> Outcome:
        """Deliver a request once. Any delivery may be made again, at any time."""
        delivery.deliver(outcome, self.handler, self.remaining_s)
        return outcome

    def deliver_together(self, *outcomes: Outcome) -> None:
        """Deliver several requests, or one several times, at the same moment."""
        delivery.deliver_together(outcomes, self.handler, self.remaining_s)


@dataclass
class Stack:
    """A stack and its custom resources, as far as CloudFormation knows them."""

    cloudformation: CloudFormation
    name: str
    id: str
    resources: dict[str, Json] = field(default_factory=dict)

    def create(
        self,
        logical_id: str,
        resource_type: str,
        properties: Json,
        *,
        deliveries: int = 1,
        together: bool = False,
    ) -> Outcome:
        """Create a resource. Failed or unanswered, it stays here with an id, for the Delete of a rollback."""
        request = self.request("Create", logical_id, resource_type, ResourceProperties=properties)
        self._deliver(request, deliveries, together=together)
        physical_id = request.physical_id or f"{self.name}-{logical_id}-{uuid.uuid4().hex[:12].upper()}"
        self.resources[logical_id] = {"type": resource_type, "id": physical_id, "properties": properties}
        return request

    def update(
        self, logical_id: str, properties: Json, *, deliveries: int = 1, together: bool = False
    ) -> Outcome:
        """Update a resource. If it answers another id, the old one is deleted, as in a stack's cleanup."""
        known = self.resources[logical_id]
        request = self.request(
            "Update",
            logical_id,
            known["type"],
            PhysicalResourceId=known["id"],
            ResourceProperties=properties,
            OldResourceProperties=known["properties"],
        )
        self._deliver(request, deliveries, together=together)
        if request.succeeded:
            self.resources[logical_id] = {**known, "id": request.physical_id, "properties": properties}
            if request.physical_id != known["id"]:
                self._deliver(self._deletion(logical_id, known), 1, together=False)
        return request

    def update_and_roll_back(self, logical_id: str, properties: Json) -> tuple[Outcome, Outcome]:
        """An update after which the stack rolls back: a second Update with old and new properties swapped."""
        before = self.resources[logical_id]["properties"]
        update = self.update(logical_id, properties)
        self.resources[logical_id]["properties"] = properties
        return update, self.update(logical_id, before)

    def delete(self, logical_id: str, *, deliveries: int = 1, together: bool = False) -> Outcome:
        """Delete a resource."""
        request = self._deletion(logical_id, self.resources[logical_id])
        self._deliver(request, deliveries, together=together)
        if request.succeeded:
            del self.resources[logical_id]
        return request

    def request(self, kind: str, logical_id: str, resource_type: str, **fields: object) -> Outcome:
        """A request of this stack that has not been delivered yet."""
        return self.cloudformation.request(kind, self, logical_id, resource_type, **fields)

    def _deletion(self, logical_id: str, known: Json) -> Outcome:
        return self.request(
            "Delete",
            logical_id,
            known["type"],
            PhysicalResourceId=known["id"],
            ResourceProperties=known["properties"],
        )

    def _deliver(self, request: Outcome, deliveries: int, *, together: bool) -> None:
        if together:
            self.cloudformation.deliver_together(*[request] * deliveries)
        else:
            for _ in range(deliveries):
                self.cloudformation.deliver(request)


def _scalars_as_text(value: object) -> object:
    """CloudFormation turns every scalar of a property into a string."""
    if isinstance(value, Mapping):
        return {name: _scalars_as_text(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_scalars_as_text(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
