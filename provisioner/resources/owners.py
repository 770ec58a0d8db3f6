"""Who manages an application, and what each of them would have it be. Reads only."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provisioner.errors import InvalidPropertiesError, ProvisionerError
from provisioner.remembered.memory import Memory
from provisioner.remembered.ownership import Claim
from provisioner.wanted import properties
from provisioner.world import document, keys
from provisioner.world.document import Document
from provisioner.world.secret import ApplicationSecret

log = logging.getLogger("provisioner")


@dataclass(frozen=True)
class Owners:
    """The claims on one application, the first one first, as one of the owners sees them.

    Attributes:
        claims: the claims.
        memory: of the resource that asks, which may be one of the owners.
        secret: its secret.
    """

    claims: Sequence[Claim]
    memory: Memory
    secret: ApplicationSecret

    @property
    def mine(self) -> Claim | None:
        """The claim of the resource that asks."""
        return next((claim for claim in self.claims if claim.owner == self.memory.id), None)

    @property
    def is_topmost(self) -> bool:
        """Whether nobody has taken the application over since."""
        return self.mine is None or self.claims[-1] == self.mine

    @property
    def below(self) -> Claim | None:
        """Whom the application goes back to; None when the resource that asks does not come last."""
        return self.claims[-2] if len(self.claims) > 1 and self.claims[-1] == self.mine else None

    def is_of(self, claim: Claim, stack_id: str) -> bool:
        """Whether an owner belongs to a stack. One that nothing is recorded of belongs to none."""
        return self._record(claim).get("stack_id") == stack_id

    def elsewhere(self, stack_id: str) -> str:
        """The last owner, as a person knows it, when it belongs to another stack."""
        if not self.claims or self.claims[-1] == self.mine or self.is_of(self.claims[-1], stack_id):
            return ""
        owner, stack = self.claims[-1].owner, self._record(self.claims[-1]).get("stack_id")
        return f"{owner} of the stack {stack}" if stack else owner

    def uses(self, public_key: str | None) -> bool:
        """Whether another owner uses the key."""
        others = [claim for claim in self.claims if claim != self.mine]
        return any(keys.same(public_key, self._key(claim)) for claim in others)

    def settings(self, claim: Claim, live: Document, earlier: Sequence[Document]) -> Document | None:
        """The application as an owner wants it now, with its key; None when that can't be read any more.

        Args:
            claim: the owner's.
            live: the application at Vonage.
            earlier: what of it the resource that asks has brought in.
        """
        key = self._key(claim)
        try:
            want = document.wanted(properties.application(_properties(self._record(claim))))
        except InvalidPropertiesError:
            return None
        return document.for_put(document.merged(live, want, earlier), key) if key else None

    def _record(self, claim: Claim) -> Mapping[str, Any]:
        """What is recorded of an owner. Another one's damaged record stops nobody."""
        try:
            return self.memory.of(claim.owner).record
        except ProvisionerError as error:
            if error.code != "RECORD_DAMAGED":
                raise
            log.warning("%s: %s", error.code, error.cause)
            return {}

    def _key(self, claim: Claim) -> str | None:
        """The public half of what an owner signs with: the key in its secret, or the one that it recorded."""
        record = self._record(claim)
        recorded: str | None = record.get("public_key")
        name = _properties(record).get("ApplicationSecret")
        try:
            held = self.secret.other(str(name)).current() if name else None
        except ProvisionerError:
            return recorded  # its secret went before it
        is_its_own = held is not None and held.application_id == record.get("application_id")
        return held.public_key if held and held.public_key and is_its_own else recorded


def _properties(record: Mapping[str, Any]) -> Mapping[str, Any]:
    recorded = record.get("properties")
    return recorded if isinstance(recorded, Mapping) else {}
