"""One webhook, really sent: what was asked, what came back, and how it is written down.

Whose reply is an NCCO, and which fallback is asked, is decided in `calls.webhooks`.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import httpx

from vonage_simulator.account.account import Account
from vonage_simulator.clock.clock import Clock
from vonage_simulator.faults import Faults, WebhookFault
from vonage_simulator.journal.journal import Journal, readable_body
from vonage_simulator.switches import Retried
from vonage_simulator.types import Json
from vonage_simulator.webhooks.reply import Arrival, Reply, reply_of
from vonage_simulator.webhooks.request import Requests, Webhook
from vonage_simulator.webhooks.signing import Token

ALSO_RETRIED_ON_EVENTS = (502,)
USER_AGENT = "Switchboard-simulated-Vonage"

Done = TypeVar("Done")


@dataclass
class Delivery:
    """Sends webhooks from the engine, holding simulated time while the customer's endpoint works.

    Attributes:
        patient: wait for replies as long as it takes: somebody stands at a breakpoint.
        raised: what handlers in this process raised, by the webhook's entry in the journal.
    """

    account: Account
    clock: Clock
    journal: Journal
    client: httpx.Client
    threads: ThreadPoolExecutor
    faults: Faults[WebhookFault]
    patient: bool = False
    raised: dict[int, BaseException] = field(default_factory=dict)
    _under_way: set[asyncio.Future[Any]] = field(default_factory=set)

    async def attempt(self, webhook: Webhook, read: Callable[[Reply], Json] = lambda _reply: {}) -> Reply:
        """Send once. A timeout costs its nominal time on a clock that jumps.

        Args:
            webhook: what to send.
            read: looks at the reply before it is written down, and returns what the journal should add.
        """
        fault = self.faults.take(webhook.kind, lambda one: not one.reorder)
        if fault and fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        # Once begun it is written down, though the leg that awaits the reply may end before it comes.
        reply = await asyncio.shield(self._once(webhook, read, fault))
        if fault and fault.duplicate:
            await self._once(replace(webhook, retry_of=reply.entry_id), read, fault)
        return reply

    async def attempt_again(self, webhook: Webhook, retried: Retried) -> Reply:
        """Send, and once more after the failures named; the last reply tells."""
        reply = await self.attempt(webhook)
        transient = reply.transient or reply.status in ALSO_RETRIED_ON_EVENTS
        if reply.failure and (retried == "any" or (retried == "transient" and transient)):
            await asyncio.sleep(self.account.switches.voice_retry_pause_s)
            reply = await self.attempt(self.again(webhook, reply))
        return reply

    def again(self, webhook: Webhook, last: Reply) -> Webhook:
        """The same webhook as its own next attempt, signed again or with the token of the first one."""
        token = None
        if self.account.switches.retry_signature == "first" and last.token:
            token = last.token._replace(age_s=last.token.age_s + self.clock.seconds() - last.at_s)
        return replace(webhook, retry_of=webhook.retry_of or last.entry_id, token=token)

    async def replay(self, entry: Json) -> Reply:
        """Send a webhook of the journal again, signed again."""
        sent = entry["request"]
        webhook = Webhook(
            kind=entry["webhook"],
            url=sent["url"],
            method=sent["method"],
            payload=sent["body"],
            application_id=entry.get("application_id"),
            signed=entry["signature"] != "unsigned",
            call=entry.get("call"),
            leg=entry.get("leg"),
            message=entry.get("message"),
        )
        return await self._once(webhook, lambda _reply: {"replay_of": entry["id"]}, None)

    async def outside(self, work: Callable[[], Done]) -> Done:
        """Have something done at the customer's endpoint, while simulated time stands still."""
        doing = asyncio.get_running_loop().run_in_executor(self.threads, work)
        self._under_way.add(doing)
        doing.add_done_callback(self._under_way.discard)
        with self.clock.standing_still():
            return await doing

    async def settled(self) -> None:
        """Wait until every webhook that is under way has been answered and written down."""
        await asyncio.sleep(0)  # what was to be sent just now is under way then
        while self._under_way:
            await asyncio.wait(self._under_way)
            await asyncio.sleep(0)

    async def _once(
        self, webhook: Webhook, read: Callable[[Reply], Json], fault: WebhookFault | None
    ) -> Reply:
        at, started = self.clock.timestamp(), time.perf_counter()
        token = webhook.token or Token(self.account.identifiers.uuid())
        outcome = await self._outcome(webhook, token, fault)
        reply = reply_of(outcome)
        reply.token, reply.at_s = token, self.clock.seconds()
        duration_ms = round((time.perf_counter() - started) * 1000, 1)
        shown_fault = {"fault": fault.as_json()} if fault else {}
        further = {"duration_ms": duration_ms, **shown_fault, **read(reply)}
        self._write_down(webhook, reply, at, further)
        timeout_ms = _nominal_ms(outcome, webhook)
        if timeout_ms and not self.clock.live:
            await asyncio.sleep(timeout_ms / 1000)
        return reply

    async def _outcome(self, webhook: Webhook, token: Token, fault: WebhookFault | None) -> Arrival:
        try:
            requests = Requests(self.client, self.account)
            request = requests.build(webhook, token, fault, patient=self.patient)
        except httpx.InvalidURL as error:
            return error
        if fault and (fault.status or fault.drop):  # a dropped webhook counts as delivered
            return httpx.Response(fault.status or 204, request=request)
        outcome = await self.outside(lambda: self._send(request))
        return httpx.ReadTimeout("an injected fault", request=request) if fault and fault.slow else outcome

    def _send(self, request: httpx.Request) -> Arrival:
        try:
            return self.client.send(request, follow_redirects=self.account.switches.redirects == "follow")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return error

    def _write_down(self, webhook: Webhook, reply: Reply, at: str, further: Json) -> None:
        shown = {"status": reply.status, "body": readable_body(reply.body)} if reply.status else None
        entry = self.journal.add(
            "webhook",
            at,
            webhook=webhook.kind,
            call=webhook.call,
            leg=webhook.leg,
            message=webhook.message,
            application_id=webhook.application_id,
            request={"method": webhook.method, "url": webhook.url, "body": webhook.payload},
            response=shown,
            signature=further.get("fault", {}).get("signature", "signed") if webhook.signed else "unsigned",
            failure=reply.failure,
            outcomes=reply.outcomes or None,
            retry_of=webhook.retry_of,
            fallback_of=webhook.fallback_of,
            **further,
        )
        reply.entry_id = entry["id"]
        if reply.raised:
            self.raised[reply.entry_id] = reply.raised


def _nominal_ms(outcome: object, webhook: Webhook) -> int:
    if isinstance(outcome, httpx.ConnectTimeout):
        return webhook.connect_timeout_ms
    return webhook.socket_timeout_ms if isinstance(outcome, httpx.TimeoutException) else 0
