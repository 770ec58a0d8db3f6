"""What a `Custom::WebhookCheck` passed with, so that it never fails the way back of a rollback.

CloudFormation undoes an update by another Update, to the properties of before. Whoever fails that one leaves
the stack in UPDATE_ROLLBACK_FAILED, where nothing can be deployed. A request does not say that it is the way
back; what passed tells it:

* An Update to the properties that passed last is one for certain. They are in place, and CloudFormation sends
  no Update that changes nothing: whatever came between has failed, or nobody answered for it.
* An Update to those that passed before them may be one: something else failed after the check had passed. It
  may also be a deployment of what was there before, unless `DeploymentId` is another each time.

checks/<id>  digests of the properties that passed, the newest first
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from provisioner.cloudformation.protocol import Request
from provisioner.world.records import Records

FOR_CLOUDFORMATION = ("ServiceToken", "ServiceTimeout")


class Passed:
    """What the check of a request has passed with so far.

    Args:
        records: where it is kept.
        request: a Create or an Update. A Create starts again.
    """

    def __init__(self, records: Records, request: Request) -> None:
        self._records, self._name = records, _name(request)
        self._wanted = _digest(request.properties)
        self._before = [_digest(request.old_properties)] if request.old_properties else []
        stored = records.get(self._name) if request.type == "Update" else None
        self._digests: list[str] = (stored or {}).get("passed", [])

    @property
    def is_way_back(self) -> bool:
        """Whether the request is the way back for certain."""
        return self._wanted in self._digests[:1]

    @property
    def may_be_way_back(self) -> bool:
        """Whether the request can be the way back."""
        return self._wanted in self._digests

    def begin(self) -> None:
        """Before anything is asked, which may not end: keep what a way back from here leads to."""
        if self.may_be_way_back:
            self.end()
        elif not set(self._before) <= set(self._digests):  # deployed by a version that kept no record
            self._keep([*self._digests[:1], *self._before])

    def end(self) -> None:
        """The request is answered with SUCCESS."""
        self._keep([self._wanted, *self._before])

    def _keep(self, digests: list[str]) -> None:
        if digests != self._digests:
            self._records.put(self._name, {"passed": digests})
        self._digests = digests


def forget(records: Records, request: Request) -> None:
    """The check is deleted."""
    records.delete(_name(request))


def _name(request: Request) -> str:
    return f"checks/{request.own_id}"


def _digest(properties: Mapping[str, Any]) -> str:
    """Numbers are among the properties, and are not kept."""
    ours = {name: value for name, value in properties.items() if name not in FOR_CLOUDFORMATION}
    return hashlib.sha256(json.dumps(ours, sort_keys=True).encode()).hexdigest()
