"""An event that has arrived where a step of a call waits: which step that is, and what is known with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from switchboard.dialogs.calls.place import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from switchboard.webhooks.reception import Reception


class Arrival:
    """An event that arrived where a step waits.

    Attributes:
        place: the step.
        event: what happened; where the fallback hands it back, what happened then.
        at: when it arrived.
        tries: how often it was put off.
    """

    def __init__(self, place: Place, event: Mapping[str, Any], at: float) -> None:
        self.place = place
        self.event = event
        self.at = round(at, 3)
        self._told = _told(event)
        self.tries = int(self._told.get("tries", 0))

    @classmethod
    def of(cls, received: Reception) -> Arrival | None:
        """The step whose address, or whose notification, this is."""
        again = _told(received.payload).get("again")
        event = again["event"] if again else received.payload
        place = Place.read(received.query) or Place.read(_told(event))
        return None if place is None else cls(place, event, received.request.received_at)

    def request(self) -> dict[str, Any]:
        """What is known of the call's beginning, until the history says more."""
        place = self.place
        known = {name: self.event[name] for name in ("from", "to", "uuid") if name in self.event}
        region = {"region_url": place.region_url} if place.region_url else {}
        began = {"conversation_uuid": place.key, "at": place.began_ms / 1000}
        return {**known, **region, **self._told.get("call", {}), **began}

    def kept(self, received: Reception) -> Reception:
        """What the queue gets of it: of a secret neither the keys nor an id to guess them by."""
        if self.place.kind != "secret":
            return received
        hidden = {name: value for name, value in self.event.items() if name not in ("dtmf", "speech")}
        envelope = {
            **received.envelope,
            "id": f"{self.place.key}.{self.place.index}.secret",
            "name": "voice.input",
            "payload": {**hidden, "dtmf": {"digits": "hidden", "timed_out": False}},
        }
        return received._replace(envelope=cast(Any, envelope))


def _told(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a notification brings back."""
    told = event.get("payload")
    return told if isinstance(told, dict) else {}
