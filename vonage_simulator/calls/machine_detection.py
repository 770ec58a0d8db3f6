"""Machine detection: who answered, a person or a machine, and when its beep comes.

Source: Vonage Voice API reference (1.10.0), `machine_detection` and `advanced_machine_detection`. In mode
`default` the call goes on meanwhile and both events may return an NCCO; `detect` and `detect_beep` hold the
call and send one event.
"""

import asyncio
from dataclasses import dataclass

from vonage_simulator.calls.call import Call
from vonage_simulator.calls.legs import Leg
from vonage_simulator.calls.parties import Callee
from vonage_simulator.ncco.reading import Ncco
from vonage_simulator.types import Json

DETECTED_AFTER_S = 2.0
BEEP_TIMEOUT_S = 45


@dataclass
class Detection:
    """What an action or a request asked for, and the leg it is about."""

    call: Call
    leg: Leg
    callee: Callee
    mode: str
    hangs_up: bool
    beep_timeout_s: float
    hook: Json | None

    @classmethod
    def wanted(
        cls, call: Call, leg: Leg, callee: Callee, options: Json, hook: Json | None
    ) -> "Detection | None":
        """The detection that options ask for, in an NCCO's spelling; advanced overrides plain."""
        advanced, plain = options.get("advancedMachineDetection"), options.get("machineDetection")
        if advanced is None and plain is None:
            return None
        settings = advanced or {"behavior": plain, "mode": "plain"}
        return cls(
            call,
            leg,
            callee,
            settings.get("mode", "detect"),
            settings.get("behavior", "continue") == "hangup",
            settings.get("beep_timeout", BEEP_TIMEOUT_S),
            hook,
        )

    @property
    def holds_the_call(self) -> bool:
        """Whether the next action has to wait."""
        return self.mode in {"detect", "detect_beep"}

    async def run(self) -> Ncco | None:
        """Detect and report; returns the NCCO of the last reply, where replies are read."""
        await asyncio.sleep(DETECTED_AFTER_S)
        machine = self.callee.picks == "machine"
        if self.mode == "detect_beep" and machine:
            return await self._beep()
        ncco = await self._report("machine" if machine else "human")
        if machine and self.hangs_up:
            self.leg.hang_up("platform")
        elif machine and self.mode == "default":
            if ncco is not None:
                self.call.player_of(self.leg).replace(ncco)
            return await self._beep()
        return ncco

    async def _beep(self) -> Ncco | None:
        heard = self.callee.beep_after_s <= self.beep_timeout_s
        await asyncio.sleep(min(self.callee.beep_after_s, self.beep_timeout_s))
        ncco = await self._report("machine", sub_state="beep_start" if heard else "beep_timeout")
        if self.hangs_up:
            self.leg.hang_up("platform")
        return ncco

    async def _report(self, status: str, **extra: str) -> Ncco | None:
        call, leg = self.call, self.leg
        if leg.over.is_set():
            return None
        call.tell(status, leg, **extra)
        payload = {
            "call_uuid": leg.uuid,
            "from": leg.from_,
            "to": leg.to,
            "status": status,
            **extra,
            "conversation_uuid": leg.conversation.uuid,
            "timestamp": call.clock.timestamp(),
        }
        if self.mode == "default":
            return await call.webhooks.ask("event", payload, leg, self.hook)
        call.webhooks.event(payload, to=self.hook, leg=leg)
        return None
