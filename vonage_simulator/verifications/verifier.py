"""Who proves by a code that a phone is theirs: channel after channel, until the code is given back."""

import asyncio
from dataclasses import dataclass, field

from vonage_simulator.calls.lines import Lines
from vonage_simulator.clock.waiting import first_of
from vonage_simulator.messages import webhooks
from vonage_simulator.messages.mailbox import Mailbox
from vonage_simulator.types import Json
from vonage_simulator.verifications import codes
from vonage_simulator.verifications.verification import MOST_WRONG_CODES, Step, Verification
from vonage_simulator.webhooks.request import Webhook

STANDARD_LENGTH = 4
CANCELLABLE_AFTER_S = 30


class BusyError(Exception):
    """Somebody of the workflow is being verified already."""


class OverError(Exception):
    """A verification that is unknown, over, or where what is asked for can't be done now."""


class WrongCodeError(Exception):
    """A code that isn't the one that was sent; `is_last` ends the verification."""

    def __init__(self, *, is_last: bool) -> None:
        super().__init__()
        self.is_last = is_last


@dataclass(eq=False)
class Verifier:
    """Every verification there ever was. Its methods run on the engine.

    Attributes:
        verifications: by their `request_id`, oldest first.
    """

    lines: Lines
    mailbox: Mailbox
    verifications: dict[str, Verification] = field(default_factory=dict)

    async def start(self, wanted: Json, application: Json | None) -> Verification:
        """Begin to verify somebody; it goes on by itself.

        Raises:
            BusyError: to one of these numbers and addresses a code is out already.
        """
        platform = self.mailbox.platform
        platform.catch_up()
        addresses = {str(way["to"]) for way in wanted["workflow"]}
        if any(not one.is_over and one.addresses & addresses for one in self.verifications.values()):
            raise BusyError
        verification = Verification(
            request_id=platform.account.identifiers.uuid(),
            application_id=application["id"] if application else None,
            wanted=wanted,
            steps=self._steps(wanted),
            submitted_at=platform.clock.timestamp(),
            submitted_s=platform.clock.seconds(),
        )
        self.verifications[verification.request_id] = verification
        self._begin(verification, verification.steps[0])
        verification.run = platform.engine.spawn(self._run(verification))
        return verification

    async def check(self, request_id: str, application: Json | None, code: str) -> None:
        """Take a code that somebody gave.

        Raises:
            OverError: there is no such verification under way.
            WrongCodeError: it isn't the code.
        """
        verification = self._under_way(request_id, application)
        if verification.current and code == verification.current.code:
            verification.status = "completed"
            verification.end_turn("completed")
            return
        verification.wrong_codes += 1
        is_last = verification.wrong_codes >= MOST_WRONG_CODES
        if is_last:
            verification.status = "failed"
            verification.end_turn("failed")
        raise WrongCodeError(is_last=is_last)

    async def next_channel(self, request_id: str, application: Json | None) -> None:
        """Let the next channel have its turn now.

        Raises:
            OverError: there is none.
        """
        verification = self._under_way(request_id, application)
        if not verification.has_next:
            raise OverError
        verification.end_turn("skipped")

    async def cancel(self, request_id: str, application: Json | None) -> None:
        """End a verification.

        Raises:
            OverError: it is too early or too late for that.
        """
        verification = self._under_way(request_id, application)
        clock, switches = self.mailbox.platform.clock, self.mailbox.platform.account.switches
        is_early = clock.seconds() - verification.submitted_s < CANCELLABLE_AFTER_S
        is_late = verification.current is not verification.steps[0]
        if switches.cancel_verification == "after_30_s" and (is_early or is_late):
            raise OverError
        verification.status = "cancelled"
        verification.end_turn("cancelled")

    def _under_way(self, request_id: str, application: Json | None) -> Verification:
        found = self.verifications.get(request_id)
        owner = application["id"] if application else None
        if found is None or found.is_over or owner not in (found.application_id, None):
            raise OverError
        return found

    def _steps(self, wanted: Json) -> list[Step]:
        length, random = (
            wanted.get("code_length", STANDARD_LENGTH),
            self.mailbox.platform.account.identifiers.random,
        )
        steps: list[Step] = []
        for way in wanted["workflow"]:
            code = wanted.get("code") or "".join(random.choices("0123456789", k=length))
            steps.append(Step(way, steps[-1].code if steps and way.get("reuse_code") else code))
        return steps

    async def _run(self, verification: Verification) -> None:
        for step in verification.steps:
            if verification.current is not step:
                self._begin(verification, step)
            await self._turn(verification, step)
            if step.status != "skipped":
                self._tell(verification, verification.event(step, self._now()), step)
            if verification.is_over:
                break
        verification.current = None
        if not verification.is_over:
            verification.status = "expired" if verification.steps[-1].status == "expired" else "failed"
        if verification.status != "cancelled":
            self._tell(verification, verification.summary(), step)

    def _begin(self, verification: Verification, step: Step) -> None:
        verification.current, step.initiated_at = step, self._now()
        verification.turn_over.clear()

    async def _turn(self, verification: Verification, step: Step) -> None:
        """Send the code, and wait until it was given back, the channel fails, or its time is over."""
        platform = self.mailbox.platform
        sending = platform.engine.spawn(self._send(verification, step))
        ends_s = platform.clock.seconds() + verification.timeout_s(step)
        over, failed, _ = await first_of(
            verification.turn_over.wait(), _failure(sending), platform.clock.passes(ends_s)
        )
        step.status = verification.ended if over else "failed" if failed else "expired"

    async def _send(self, verification: Verification, step: Step) -> bool:
        brand = verification.wanted["brand"]
        match step.channel:
            case "silent_auth":
                step.uuid = verification.request_id
                url = self.check_url(verification)
                self._tell(verification, verification.action_pending(step, url), step)
                return True
            case "voice":
                return await codes.read_out(self.lines, step, brand)
        return await codes.write(self.mailbox, step, brand)

    def check_url(self, verification: Verification) -> str:
        """What a phone is to open to be recognised silently."""
        return f"{self.mailbox.platform.url}/v2/verify/{verification.request_id}/silent-auth/redirect"

    def _tell(self, verification: Verification, payload: Json, step: Step) -> None:
        platform = self.mailbox.platform
        application = platform.account.applications.get(verification.application_id or "")
        capability = application["capabilities"].get("verify", {}) if application else {}
        hook = capability.get("webhooks", {}).get("status_url", {})
        if not hook.get("address"):
            return
        is_call = step.channel == "voice"
        webhook = Webhook(
            kind="verify",
            url=hook["address"],
            method="POST",
            payload=payload,
            application_id=verification.application_id,
            connect_timeout_ms=webhooks.CONNECT_TIMEOUT_MS,
            socket_timeout_ms=webhooks.SOCKET_TIMEOUT_MS,
            call=step.uuid if is_call else None,
            message=None if is_call else step.uuid,
        )
        delivering = webhooks.deliver(platform.delivery, webhook, platform.account.switches.verify_retry)
        platform.engine.spawn(delivering)

    def _now(self) -> str:
        return self.mailbox.platform.clock.timestamp()


async def _failure(sending: "asyncio.Task[bool]") -> None:
    """Wait until a code turns out not to arrive; where it does, for ever."""
    if await asyncio.shield(sending):
        await asyncio.get_running_loop().create_future()
