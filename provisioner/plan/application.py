"""What to do about an application: pure decisions from what is wanted and what was found.

    plan(wanted, found) -> steps that bring the one to the other
    plan_rotation(found) -> steps that give it a new key
    plan_removal(found) -> steps that undo what this resource did, and nothing else

Nothing is called here and nothing is written; the same plan is printed, compared for drift, and executed.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from provisioner.errors import ConflictError
from provisioner.steps.application import (
    ClaimApplication,
    CreateApplication,
    DeleteApplication,
    EmptySecret,
    PutApplication,
    RestoreApplication,
    SaveApplication,
)
from provisioner.steps.key import (
    DropNextKey,
    MoveKey,
    PromoteNextKey,
    PutNextKey,
    StoreKey,
    StoreNextKey,
    TryNextKey,
)
from provisioner.steps.step import ApplicationStep
from provisioner.wanted.properties import Application
from provisioner.world import document, keys
from provisioner.world.document import Document
from provisioner.world.secret import Content


@dataclass(frozen=True)
class Found:
    """What is there.

    Attributes:
        live: the application at Vonage, or None.
        application_id: the id it is known by, there or not.
        current: the secret's current version.
        pending: the key of an unfinished rotation, if any.
        moved: what the secret held that this one takes the place of.
        made_here: whether it carries this resource's key and nobody has claimed it: a Create that did not
            end made it.
        claimed: whether this resource is written down as one of the application's owners.
        topmost: whether it is the last one that took it over.
        elsewhere: the resource of another stack that took it over last, as a person knows it; empty when
            there is none.
        unchanged: whether exactly what is wanted was in place before: then what another stack took since is
            left to it, so that a rollback cannot fail on it.
        alone: whether nobody else who manages the application uses the key.
        before: what the application is given back as on Delete, with its key; None when it is deleted.
        known_keys: public keys (PEM) that prove an application is this resource's.
        earlier: what the stack owned at earlier times, for the merge.
    """

    live: Document | None = field(default=None, repr=False)
    application_id: str = ""
    current: Content = field(default_factory=Content)
    pending: Content = field(default_factory=Content)
    moved: Content = field(default_factory=Content)
    made_here: bool = False
    claimed: bool = False
    topmost: bool = True
    elsewhere: str = ""
    unchanged: bool = False
    alone: bool = True
    before: Document | None = field(default=None, repr=False)
    known_keys: tuple[str, ...] = field(default=(), repr=False)
    earlier: tuple[Document, ...] = field(default=(), repr=False)


def plan(wanted: Application, found: Found) -> list[ApplicationStep]:
    """The steps that make the application what is wanted. Empty when it is.

    Raises:
        ConflictError: another stack manages the application, and nobody asked to take it over.
    """
    want, version, live = document.wanted(wanted), wanted.KeyVersion, found.live
    if live is None:
        fits = found.current.key and found.current.key_version in ("", version)
        store: list[ApplicationStep] = [] if fits else [StoreKey(version)]
        return [*store, CreateApplication(want), ClaimApplication(None), SaveApplication(version)]
    if found.elsewhere and not wanted.AllowTakeover:
        if found.claimed and found.unchanged:
            return []
        raise _managed_elsewhere(live["id"], found)
    steps: list[ApplicationStep] = []
    if found.elsewhere or not found.claimed:
        steps.append(ClaimApplication(None if found.made_here else live))
    if found.current.key is None and found.moved.key:
        steps.append(MoveKey(found.moved))
        found = replace(found, current=found.moved)
    if found.current.key is None:
        steps.append(StoreKey(version))
    if finishing := _unfinished_rotation(wanted, found):
        steps += finishing
        steps += _put(want, found, found.pending.public_key)
    else:
        steps += _put(want, found, found.current.public_key)
        steps += _rotation(wanted, found)
    if found.current.application_id != live["id"]:
        steps.append(SaveApplication(version))
    return steps


def plan_rotation(found: Found) -> list[ApplicationStep]:
    """The steps of a rotation that was asked for, or of one that has not ended.

    Raises:
        ConflictError: there is no application whose key could be changed.
    """
    if found.live is None or found.current.key is None:
        raise ConflictError(
            "There is no application with a key to rotate.",
            '`{"action": "check", "repair": true}` repairs that first.',
            code="APPLICATION_MISSING",
        )
    resumes = found.pending.key is not None and found.pending.application_id == found.live["id"]
    store: list[ApplicationStep] = [] if resumes else [StoreNextKey(found.current.key_version)]
    return [*store, *_switch(found)]


def plan_removal(found: Found) -> tuple[list[ApplicationStep], str]:
    """The steps of a Delete, and what to tell the operator about a thing left as it is."""
    if found.live is None or not found.claimed:
        return _forget_key(found), ""
    application_id = found.live["id"]
    if not found.topmost:
        left = f"The application {application_id} is managed by another resource now and was left as it is."
        return _forget_key(found), left
    if found.before is not None:
        back = document.for_put(found.before)
        return [RestoreApplication(application_id, back), *_forget_key(found)], ""
    live_key = document.public_key_of(found.live)
    if not any(keys.same(live_key, known) for known in found.known_keys):
        left = f"The application {application_id} no longer has the stack's key"
        return [], f"{left} and was left as it is. `vonage apps delete {application_id}` removes it."
    return [DeleteApplication(application_id), *_forget_key(found)], ""


def _managed_elsewhere(application_id: str, found: Found) -> ConflictError:
    taken = "has been taken over by" if found.claimed else "is managed by"
    return ConflictError(
        f"The application {application_id} {taken} {found.elsewhere}.",
        "Leave it there, or set AllowTakeover to true: it is given back when this resource is deleted.",
        "APPLICATION_MANAGED_ELSEWHERE",
    )


def _put(want: Document, found: Found, public_key: str | None) -> list[ApplicationStep]:
    """The PUT, if anything differs; the key of None is the one that StoreKey is about to make."""
    live: dict[str, Any] = found.live or {}
    after = document.merged(live, want, found.earlier)
    after = document.for_put(after, public_key)
    if public_key is not None and document.equal(live, after):
        return []
    differences = document.differences(document.for_put(live), after)
    changes = [path for path in differences if path != "keys.public_key"]
    if public_key is None or not keys.same(document.public_key_of(live), public_key):
        changes.append("keys.public_key")
    return [PutApplication(live["id"], after, live, tuple(changes))]


def _rotation(wanted: Application, found: Found) -> list[ApplicationStep]:
    """A new key, when `KeyVersion` is not the one the current key was made for."""
    made_for = found.current.key_version
    if found.current.key is None or made_for in ("", wanted.KeyVersion):
        return [DropNextKey()] if found.pending.key and made_for else []
    resumes = found.pending.key is not None and found.pending.key_version == wanted.KeyVersion
    store: list[ApplicationStep] = [] if resumes else [StoreNextKey(wanted.KeyVersion)]
    return [*store, *_switch(found)]


def _unfinished_rotation(wanted: Application, found: Found) -> list[ApplicationStep]:
    """The end of a rotation that stopped after Vonage had got the new key."""
    if found.pending.key is None or found.live is None or found.pending.key_version != wanted.KeyVersion:
        return []
    if not keys.same(document.public_key_of(found.live), found.pending.public_key):
        return []
    return [TryNextKey(found.live["id"]), PromoteNextKey()]


def _switch(found: Found) -> list[ApplicationStep]:
    application_id = (found.live or {})["id"]
    return [PutNextKey(application_id), TryNextKey(application_id), PromoteNextKey()]


def _forget_key(found: Found) -> list[ApplicationStep]:
    """Empty the secret, unless somebody goes on with what is in it, or has written it: without a version."""
    current = found.current
    known = any(keys.same(current.public_key, key) for key in found.known_keys)
    ours = current.application_id in ("", found.application_id) and current.key_version
    return [EmptySecret(current)] if current.key and known and ours and found.alone else []
