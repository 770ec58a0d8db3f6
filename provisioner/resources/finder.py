"""What there is of an application: at Vonage, in its secret, in the records. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provisioner.errors import ConflictError, InvalidPropertiesError, ProvisionerError
from provisioner.plan.application import Found
from provisioner.remembered.memory import Memory
from provisioner.remembered.ownership import Ownership
from provisioner.resources.owners import Owners
from provisioner.wanted import properties
from provisioner.wanted.properties import Application
from provisioner.world import document, keys
from provisioner.world.document import Document
from provisioner.world.secret import ApplicationSecret, Content
from provisioner.world.vonage import Vonage


@dataclass(frozen=True)
class ApplicationFinder:
    """Knows the places where there are traces of one application."""

    vonage: Vonage
    secret: ApplicationSecret
    ownership: Ownership
    memory: Memory

    def find(self, wants: Mapping[str, Any], stack_id: str) -> Found:
        """What is there, for a plan.

        Args:
            wants: the properties.
            stack_id: the ARN of the resource's stack.

        Raises:
            ConflictError: the secret or `AdoptApplicationId` names an application that must not be taken, or
                the secret has fields of somebody else's where the key would be.
        """
        wanted = properties.application(wants)
        current, pending = self.secret.current(), self.secret.pending()
        if current.in_the_way:
            self._refuse_to_overwrite(current.in_the_way)
        if pending.version_id == current.version_id:
            pending = Content()
        if current.application_id and not (
            self.memory.record.get("application_id") or wanted.AdoptApplicationId
        ):
            self._refuse_foreign_secret(current.application_id, stack_id)
        live = self._find(wanted, current)
        moved = self._moved(wanted, current, live)
        owners = self._owners(live)
        adopted = wanted.AdoptApplicationId or "recovered" in self.memory.record
        ours = live is not None and keys.same(document.public_key_of(live), current.public_key)
        return Found(
            live=live,
            application_id=live["id"] if live else "",
            current=current,
            pending=pending,
            moved=moved,
            made_here=ours and not owners.claims and not adopted,
            claimed=owners.mine is not None,
            topmost=owners.is_topmost,
            elsewhere=owners.elsewhere(stack_id),
            unchanged=self.memory.record.get("properties") == dict(wants),
            earlier=tuple(_documents(self.memory.earlier_properties())),
        )

    def find_for_removal(self) -> Found:
        """What is there, for a Delete: only what this resource is known to have made or taken over."""
        record, versions = self.memory.record, self._versions_if_readable()
        known_keys = [each.public_key for each in versions] + [record.get("public_key")]
        if record.get("application_id"):
            live = self.vonage.application(record["application_id"])
        else:
            live = self.vonage.find_application(record["public_key"]) if record.get("public_key") else None
        owners = self._owners(live)
        return Found(
            live=live,
            application_id=live["id"] if live else record.get("application_id", ""),
            current=versions[0],
            claimed=owners.mine is not None or not owners.claims,
            topmost=owners.is_topmost,
            alone=not owners.uses(versions[0].public_key),
            before=self._given_back(owners, live) if live else None,
            known_keys=tuple(key for key in known_keys if key),
        )

    def _find(self, wanted: Application, current: Content) -> Document | None:
        known, adopted = self.memory.record.get("application_id"), wanted.AdoptApplicationId
        if known and adopted and known != adopted:
            raise ConflictError(
                f"AdoptApplicationId is {adopted}, but this resource manages the application {known}.",
                "Take the property out, or give the resource another logical id to adopt that application.",
            )
        application_id = known or adopted or current.application_id
        live = self.vonage.application(application_id) if application_id else None
        if live is None and adopted:
            raise ConflictError(
                f"There is no application {adopted} in the account.",
                "Correct AdoptApplicationId (`vonage apps list` shows what there is), or leave it out.",
            )
        if live is None and current.public_key:
            # A Create that died between asking Vonage and noting the id has left an application with our key.
            return self.vonage.find_application(current.public_key)
        return live

    def _versions_if_readable(self) -> list[Content]:
        """The secret's versions; a secret that is gone reads as a denial when it is allowed by its tag."""
        try:
            return self.secret.versions()
        except ProvisionerError:
            return [Content()]

    def _moved(self, wanted: Application, current: Content, live: Document | None) -> Content:
        """What the secret of earlier properties holds, when an empty one has taken its place."""
        before = (self.memory.record.get("properties") or {}).get("ApplicationSecret")
        if live is None or current.key or before in (None, wanted.ApplicationSecret):
            return Content()
        held = self.secret.other(before).current()
        return held if keys.same(document.public_key_of(live), held.public_key) else Content()

    def _refuse_to_overwrite(self, fields: Sequence[str]) -> None:
        raise ConflictError(
            f"ApplicationSecret has {' and '.join(fields)} already, which the provisioner didn't write.",
            "Use an empty secret, or give what is in this one another name.",
            code="SECRET_FOREIGN",
        )

    def _refuse_foreign_secret(self, application_id: str, stack_id: str) -> None:
        """A secret that has an application: only a renamed resource of the same stack may go on with it."""
        for claim in self.ownership.of(application_id):
            if self.memory.of(claim.owner).record.get("stack_id") == stack_id:
                return
        raise ConflictError(
            f"ApplicationSecret holds the key of the application {application_id} already.",
            "Use an empty secret; or set AdoptApplicationId to that id, to manage the application from here "
            "(with AllowTakeover, if another stack manages it).",
            code="SECRET_FOREIGN",
        )

    def _owners(self, live: Document | None) -> Owners:
        return Owners(self.ownership.of(live["id"]) if live else [], self.memory, self.secret)

    def _given_back(self, owners: Owners, live: Document) -> Document | None:
        """What an application becomes when this resource goes; None when it goes, too.

        The owner below may have changed its wishes and its key since: what is recorded of it counts.
        """
        if owners.mine is None or owners.below is None:
            return owners.mine.before if owners.mine else None
        earlier = _documents(self.memory.earlier_properties())
        return owners.settings(owners.below, live, earlier) or owners.mine.before or live


def _documents(earlier: list[Mapping[str, Any]]) -> list[Document]:
    """What the stack owned with earlier properties; what cannot be read any more owned nothing."""
    documents = []
    for each in earlier:
        try:
            documents.append(document.wanted(properties.application(each)))
        except InvalidPropertiesError:
            continue
    return documents
