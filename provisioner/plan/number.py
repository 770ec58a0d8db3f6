"""What to do about numbers: pure decisions, as for applications.

A number is linked or put back; nothing here can buy or cancel one.
Source: Vonage Numbers API reference (an update that leaves a setting out may reset it; `sip` and `tel`
callbacks override the application).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from provisioner.errors import ConflictError
from provisioner.remembered.ownership import Claim
from provisioner.steps.number import ClaimNumber, LinkNumber, ReleaseNumber, RestoreNumber
from provisioner.steps.step import NumberStep

SETTINGS = (
    "moHttpUrl",
    "moSmppSysType",
    "voiceCallbackType",
    "voiceCallbackValue",
    "voiceStatusCallback",
    "messagesCallbackType",
    "messagesCallbackValue",
)
VOICE_CALLBACK = ("voiceCallbackType", "voiceCallbackValue")
OVERRIDES = ("sip", "tel")


@dataclass(frozen=True)
class FoundNumber:
    """One number as it is.

    Attributes:
        live: the number in the account's list, whole; None when the account does not own it.
        claims: who links it, the first one first.
        lost: the application it was linked to before, if that one is gone.
        successor: the application that has taken the place of the one it is linked to.
    """

    live: Mapping[str, Any] | None = field(default=None, repr=False)
    claims: Sequence[Claim] = ()
    lost: str | None = None
    successor: str | None = None


@dataclass(frozen=True)
class WantedLinks:
    """What a `Custom::VonageNumber` wants.

    Attributes:
        owner: physical id of the resource.
        application_id: what to link to.
        numbers: the msisdns.
        takeover: whether a number that is in use elsewhere may be taken.
        unchanged: whether exactly this was in place before: then a number that somebody took since is left to
            them, so that a rollback cannot fail on it.
    """

    owner: str
    application_id: str
    numbers: Sequence[str]
    takeover: bool = False
    unchanged: bool = False


def plan_links(
    wanted: WantedLinks, found: Mapping[str, FoundNumber]
) -> tuple[list[NumberStep], list[ConflictError]]:
    """The steps that link numbers, then release those not wanted any more; and what was left to others.

    Raises:
        ConflictError: a number is not owned, or is in use elsewhere. All such numbers are named.
    """
    steps: list[NumberStep] = []
    conflicts: list[ConflictError] = []
    for msisdn in wanted.numbers:
        try:
            steps += _link(wanted, msisdn, found[msisdn])
        except ConflictError as conflict:
            conflicts.append(conflict)
    if conflicts and not wanted.unchanged:
        raise ConflictError(" ".join(each.cause for each in conflicts), conflicts[0].next_step)
    for msisdn, number in found.items():
        if msisdn not in wanted.numbers:
            steps += plan_release(wanted.owner, msisdn, number)
    return steps, conflicts


def plan_release(owner: str, msisdn: str, number: FoundNumber) -> list[NumberStep]:
    """The steps that put a number back as it was, if this resource is the one that links it."""
    owners = [claim.owner for claim in number.claims]
    if owner not in owners:
        return []
    release: list[NumberStep] = [ReleaseNumber(msisdn)]
    claim = number.claims[owners.index(owner)]
    if (
        number.live is None
        or owners[-1] != owner
        or linked_to(number.live) != claim.details.get("application_id")
    ):
        return release
    now, before = settings(number.live, linked_to(number.live)), claim.before or {}
    link = linked_to(before) if linked_to(before) != number.lost else None
    back = settings({**before, **_names(number.live)}, link)
    return release if now == back else [RestoreNumber(msisdn, back, now), *release]


def linked_to(number: Mapping[str, Any]) -> str | None:
    """The application a number is linked to, new way or old."""
    if number.get("app_id"):
        return str(number["app_id"])
    return str(number["voiceCallbackValue"]) if number.get("voiceCallbackType") == "app" else None


def settings(number: Mapping[str, Any], application_id: str | None) -> dict[str, str]:
    """Everything an update has to send so that nothing else of the number changes.

    The deprecated callback `app` is left out: `app_id` says the same, and would be contradicted by it.
    """
    sent = {**_names(number), **{name: str(number[name]) for name in SETTINGS if number.get(name)}}
    if sent.get("voiceCallbackType") == "app":
        sent = {name: value for name, value in sent.items() if name not in VOICE_CALLBACK}
    return {**sent, "app_id": application_id} if application_id else sent


def _link(wanted: WantedLinks, msisdn: str, number: FoundNumber) -> list[NumberStep]:
    live = number.live
    if live is None:
        raise ConflictError(
            f"The account does not own the number {msisdn}.",
            "`vonage numbers list` shows what it owns; buy the number first, or correct it.",
            code="NUMBER_NOT_OWNED",
        )
    mine = next((claim for claim in number.claims if claim.owner == wanted.owner), None)
    superseded = mine is not None and number.claims[-1] is not mine
    if superseded and wanted.unchanged:
        return []  # another resource took it over since: it is theirs to look after
    ours = {wanted.application_id, mine.details.get("application_id") if mine else None}
    if number.successor == wanted.application_id:
        ours.add(linked_to(live))
    if not wanted.takeover:
        _refuse_to_steal(msisdn, live, {each for each in ours if each})
    known = mine is not None and mine.details.get("application_id") == wanted.application_id
    claim: list[NumberStep] = [] if known else [ClaimNumber(msisdn, wanted.application_id, dict(live))]
    overridden = live.get("voiceCallbackType") in OVERRIDES
    if live.get("app_id") == wanted.application_id and not overridden:
        return claim
    if superseded:
        claim = [ReleaseNumber(msisdn), ClaimNumber(msisdn, wanted.application_id, dict(live))]
    kept = {k: v for k, v in live.items() if not (overridden and k in VOICE_CALLBACK)}
    link = LinkNumber(msisdn, settings(kept, wanted.application_id), settings(live, linked_to(live)))
    return [*claim, link]


def _refuse_to_steal(msisdn: str, live: Mapping[str, Any], ours: set[str]) -> None:
    linked = linked_to(live)
    if linked and linked not in ours:
        unlink = f"vonage apps numbers unlink {linked} {msisdn}"
        raise ConflictError(
            f"The number {msisdn} is linked to the application {linked}.",
            f"Unlink it there (`{unlink}`), or set AllowTakeover to true.",
            code="NUMBER_LINKED_ELSEWHERE",
        )
    if live.get("voiceCallbackType") in OVERRIDES:
        place = f"{live['voiceCallbackType']} {live.get('voiceCallbackValue', '')}"
        raise ConflictError(
            f"Calls to the number {msisdn} go to {place}, which would override the application.",
            "Remove that setting in the dashboard, or set AllowTakeover to true.",
            code="NUMBER_OVERRIDDEN",
        )


def _names(number: Mapping[str, Any]) -> dict[str, str]:
    return {"country": str(number["country"]), "msisdn": str(number["msisdn"])}
