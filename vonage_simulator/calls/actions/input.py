"""`input`: what the caller presses or says is sent to the event URL, and the reply may be the next NCCO.

Source: Vonage NCCO reference, "input"; call flow guide; after an input of the older form, without a `dtmf`
object, `dtmf` of the event is a text (Nexmo/nexmo-developer#2877).
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from switchboard.wire.judge.spellings import OLDER_SETTINGS

from vonage_simulator.calls.call import Call, Player
from vonage_simulator.calls.legs import Leg, LegOverError
from vonage_simulator.calls.sounds import Ear, Pressed, Said
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json, JsonValue

CONFIDENCE = 0.9405097


async def input_(player: Player, action: Json) -> Ncco | None:
    """Collect keys or words, report them, and take an NCCO from the reply."""
    if action.get("mode") == "asynchronous":
        player.leg.key_hook = player.call.hook(action) or player.call.webhooks.endpoints.event
        player.call.spawn(_report_each_key(player.call, player.leg))
        return None
    collecting = Collecting(action)
    player.call.tell("listening", player.leg, to=action["type"])
    with _ear(player) as ear:
        await collecting.listen(ear)
    leg, call = player.leg, player.call
    speech = {**collecting.speech(call.switches.confidence), **_saved(player, action, collecting)}
    dtmf: JsonValue = collecting.dtmf(call.switches.empty_digits)
    if call.switches.older_input_event == "text" and not action.keys().isdisjoint(OLDER_SETTINGS):
        dtmf = collecting.digits
    payload = _payload(call, leg, speech, dtmf)
    return await call.webhooks.ask("input", payload, leg, call.hook(action))


def _saved(player: Player, action: Json, collecting: "Collecting") -> Json:
    """Where the words can be heard, when the action asked to keep them and there were any."""
    if not (action.get("speech", {}).get("saveAudio") and collecting.words):
        return {}
    call = player.call
    kept = call.exchange.keep_recording(player.leg.application_id, "wav")
    kept.duration_s = collecting.spoken_s
    kept.words = [{"sentence": words} for words in collecting.words]
    return {"recording_url": kept.url}


def _payload(call: Call, leg: Leg, speech: Json, dtmf: JsonValue) -> Json:
    return {
        "speech": speech,
        "dtmf": dtmf,
        "from": leg.from_,
        "to": leg.to,
        "uuid": leg.uuid,
        "conversation_uuid": leg.conversation.uuid,
        "timestamp": call.clock.timestamp(),
    }


async def _report_each_key(call: Call, leg: Leg) -> None:
    """Asynchronous mode: one event per key while the call goes on, to wherever keys are reported now."""
    with leg.listening() as ear, contextlib.suppress(LegOverError):
        while True:
            heard = await leg.unless_over(ear.next(None))
            if isinstance(heard, Pressed) and leg.key_hook:
                event = _payload(call, leg, {"results": []}, {"digits": heard.key, "timed_out": False})
                call.webhooks.event(event, to=leg.key_hook, kind="input", leg=leg)


@contextlib.contextmanager
def _ear(player: Player) -> Iterator[Ear]:
    early = player.barge_in
    if early is None:
        with player.leg.listening() as ear:
            yield ear
        return
    try:
        yield early
    finally:
        player.end_barge_in()


@dataclass
class Collecting:
    """The state of one `input`."""

    action: Json
    digits: str = ""
    words: list[str] = field(default_factory=list)
    spoken_s: float = 0.0
    ended: Literal["complete", "silence", "max_duration"] = "complete"

    async def listen(self, ear: Ear) -> None:
        """Take sounds until the input is complete or the caller has been silent for long enough."""
        while True:
            sound = await ear.next(self._patience_s())
            if sound is None:
                self.ended = "silence"
                return
            if isinstance(sound, Pressed) and self._wants("dtmf") and self._complete_with(sound.key):
                return
            if (
                isinstance(sound, Said)
                and self._wants("speech")
                and not self.digits
                and self._too_long_with(sound)
            ):
                self.ended = "max_duration"
                return

    def dtmf(self, empty: Literal["empty", "null"]) -> Json:
        """The `dtmf` member of the payload."""
        if self.digits:
            return {"digits": self.digits, "timed_out": self.ended == "silence"}
        if self.words or not self._wants("dtmf"):
            return {"digits": None, "timed_out": False}
        return {"digits": "" if empty == "empty" else None, "timed_out": True}

    def speech(self, confidence: Literal["text", "number"]) -> Json:
        """The `speech` member of the payload; the best reading comes first."""
        if not self._wants("speech"):
            return {"error": "Speech was not enabled"}
        if self.digits:
            return {"error": "Speech overridden by DTMF"}
        if not self.words:
            return {"timeout_reason": "start_timeout", "results": []}
        sure = str(CONFIDENCE) if confidence == "text" else CONFIDENCE
        reason = "max_duration" if self.ended == "max_duration" else "end_on_silence_timeout"
        return {
            "timeout_reason": reason,
            "results": [{"confidence": sure, "text": " ".join(self.words)}],
        }

    def _wants(self, kind: str) -> bool:
        return kind in self.action["type"]

    def _setting(self, kind: str, name: str, default: float) -> float:
        value: float = self.action.get(kind, {}).get(name, default)
        return value

    def _patience_s(self) -> float:
        if self.words:
            return self._setting("speech", "endOnSilence", 2.0)
        keys = self._setting("dtmf", "timeOut", 3) if self._wants("dtmf") else 0.0
        if self.digits or not self._wants("speech"):
            return keys
        return max(keys, self._setting("speech", "startTimeout", 10))

    def _complete_with(self, key: str) -> bool:
        self.words = []
        if key == "#" and self.action.get("dtmf", {}).get("submitOnHash", False):
            return True
        self.digits += key
        return len(self.digits) >= self._setting("dtmf", "maxDigits", 4)

    def _too_long_with(self, said: Said) -> bool:
        self.words.append(said.text)
        self.spoken_s += said.duration_s
        return self.spoken_s >= self._setting("speech", "maxDuration", 60)
