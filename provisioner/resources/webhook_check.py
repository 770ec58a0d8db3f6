"""`Custom::WebhookCheck`: a new deployment has to answer like one before numbers are linked to it.

Signed webhooks go to every route of the deployed API, and the answers are validated as Vonage would. They
carry the claim `switchboard_check` in their signed token: the pipeline then runs the answer flow, whose NCCO
is what is checked, and neither queues nor does anything else. Without the account's signature the claim is
worth nothing. So that nobody gets that signature to use elsewhere, only the webhooks of the provisioner's own
stack are tried, as its environment names them.

A failure fails the deployment, and CloudFormation rolls back. The way back is never failed; `passed` tells it
from a deployment.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import httpx
import jwt

from provisioner.cloudformation.protocol import Answer, Request
from provisioner.errors import InvalidPropertiesError, ProvisionerError
from provisioner.remembered import passed
from provisioner.resources.tools import Tools
from provisioner.wanted import properties
from provisioner.world import credentials
from provisioner.world.credentials import SignatureSecret

TYPE = "Custom::WebhookCheck"
CLAIM = "switchboard_check"
CONVERSATION = "CON-00000000-0000-0000-0000-000000000000"
# What each webhook answers when all is well; docs/webhooks.md.
EXPECTED = {
    "answer": 200, "fallback": 200, "event": 204, "inbound": 200, "status": 200, "rtcevent": 204,
    "verify": 204,
}  # fmt: skip
SPEAKS = ("answer", "fallback")
# A new API's routes, a function's permissions and a domain's name take seconds to be known everywhere, and
# minutes at times. A deployment that gave up too soon would be rolled back for nothing.
PAUSES_S = (2.0, 4.0, 8.0)
LONGEST_PAUSE_S = 15.0
TIMEOUT_S = 10.0
# Each function starts cold, which takes its time, and so does one that hangs.
ASKED_TOGETHER = 2
LONGEST_ROUND_S = TIMEOUT_S * len(EXPECTED) / ASKED_TOGETHER
# What the pipeline says of a start that was cold or slow; whatever else it says is final.
LATE = " (Late"
log = logging.getLogger("provisioner")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a webhook, and whether time may heal it: what the pipeline says is final, mostly."""

    text: str
    may_heal: bool = False


def handle(request: Request, tools: Tools) -> Answer:
    """Check every route, on Create and Update; there is nothing but the record to delete.

    Raises:
        ProvisionerError: a property is missing, or a webhook does not answer as it should.
    """
    if request.type == "Delete":
        passed.forget(tools.records, request)
        return Answer("SUCCESS", request.answer_id)
    data = {"ApplicationId": str(request.properties.get("ApplicationId", ""))}
    known = passed.Passed(tools.records, request)
    if known.is_way_back:
        log.warning("the webhooks were not tried: these are the properties that they passed with last")
        return Answer(
            "SUCCESS", request.answer_id, "The webhooks were not tried, as this is a rollback.", data
        )
    try:
        known.begin()
        _check(request, tools)
        known.end()
    except ProvisionerError as error:
        if not known.may_be_way_back:
            raise
        log.warning("%s does not fail what may be the way back of a rollback", error.code)
        return Answer("SUCCESS", request.answer_id, f"Not failed, as on a way back: {error}", data)
    return Answer("SUCCESS", request.answer_id, data=data)


def _check(request: Request, tools: Tools) -> None:
    base_url = _own(str(request.properties.get("BaseUrl") or "").rstrip("/"), tools)
    account = credentials.read_signature(
        tools.secrets, str(request.properties.get("CredentialsSecret") or "")
    )
    application = str(request.properties.get("ApplicationId") or "")
    called = next(iter(properties.called_numbers(request.properties)), "447700900000")
    there = [name for name in EXPECTED if name != "verify" or request.properties.get("Verify") == "true"]
    addresses = {name: f"{base_url}/{name}" for name in there}
    addresses["fallback"] = str(request.properties.get("FallbackUrl") or addresses["fallback"])

    def sign(body: bytes) -> str:
        return _token(body, account, application)

    wrong = _wrong(tools, there, lambda name: _asked(tools, addresses[name], name, sign, called))
    if wrong:
        raise ProvisionerError(
            f"The deployed webhooks do not work: {'; '.join(wrong)}.",
            "Fix that, and deploy again; `make logs MINUTES=15` has more, unless this was the first "
            "deployment. DeployCheck=false deploys without this check.",
            "CHECK_FAILED",
        )


def _own(base_url: str, tools: Tools) -> str:
    """The address, which has to be this stack's: elsewhere, what the account signs is genuine to others."""
    if not base_url:
        raise InvalidPropertiesError("BaseUrl is required: the address that the routes' names are added to.")
    if base_url != tools.webhooks_url:
        raise InvalidPropertiesError(
            f"BaseUrl is {base_url}, but nothing is signed for other webhooks than those of the "
            f"provisioner's own stack: {tools.webhooks_url or 'SWITCHBOARD_WEBHOOKS_URL is not set'}.",
            "Deploy the template as it is.",
            "PROPERTIES_INVALID",
        )
    return base_url


def _wrong(tools: Tools, names: Sequence[str], ask: Callable[[str], Problem | None]) -> list[str]:
    """What is wrong with each webhook; those that fail are asked again while that may help."""
    problems = dict.fromkeys(names, Problem("", may_heal=True))
    for pause in chain([0.0], PAUSES_S, repeat(LONGEST_PAUSE_S)):
        if pause and tools.deadline.remaining() <= pause + LONGEST_ROUND_S:
            break
        tools.deadline.pause(pause)
        with ThreadPoolExecutor(ASKED_TOGETHER) as threads:
            answers = list(threads.map(ask, problems))
        problems = {name: answer for name, answer in zip(problems, answers, strict=True) if answer}
        if not all(problem.may_heal for problem in problems.values()) or not problems:
            break
    return [f"{name} {problem.text}" for name, problem in problems.items()]


def _asked(
    tools: Tools, address: str, name: str, sign: Callable[[bytes], str], called: str
) -> Problem | None:
    body = json.dumps(_payload(name, called)).encode()
    headers = {"Content-Type": "application/json"}
    if name != "fallback":  # which asks for no signature
        headers["Authorization"] = sign(body)
    try:
        reply = tools.http.post(address, content=body, headers=headers, timeout=TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Problem(f"does not answer ({type(error).__name__})", may_heal=True)
    if reply.status_code != EXPECTED[name]:
        told = _told(reply)
        text = f"answers {reply.status_code} instead of {EXPECTED[name]}{told or _crash(reply)}"
        return Problem(text, may_heal=reply.is_error and (not told or told.startswith(LATE)))
    if name not in SPEAKS:
        return None
    problem = _ncco_problem(reply)
    if problem is None:
        _log_doubts(name, reply)
    return problem


def _told(reply: httpx.Response) -> str:
    """What the pipeline tells the account about a failure: the outcome, the error and where it was raised."""
    try:
        body = reply.json()
    except ValueError:
        body = None
    match body:
        case [{"outcome": outcome}]:
            told = body[0]
        case _:
            return ""  # from the gateway: a function that crashed tells nothing itself
    why = told.get("reason") or " at ".join([told.get("error", ""), *told.get("at", [])[-1:]])
    return f" ({outcome}{why and f': {why}'})"


def _crash(reply: httpx.Response) -> str:
    """Lambda's own words for a function that could not start, where a gateway passes them on."""
    try:
        body = reply.json()
    except ValueError:
        return ""
    return f" ({body['errorMessage']})" if isinstance(body, dict) and "errorMessage" in body else ""


def _ncco_problem(reply: httpx.Response) -> Problem | None:
    from switchboard.wire.validate import ncco_problems

    try:
        problems = ncco_problems(reply.json())
    except ValueError:
        return Problem("answers something that isn't JSON")
    return Problem(f"answers an NCCO that Vonage refuses ({problems[0]})") if problems else None


def _log_doubts(name: str, reply: httpx.Response) -> None:
    """Log what Vonage may not take in an NCCO, and may: that is no reason to fail a deployment."""
    from switchboard.wire.validate import ncco_doubts

    for doubt in ncco_doubts(reply.json()):
        log.warning("%s answers an NCCO with something that Vonage may not take: %s", name, doubt)


def _payload(name: str, called: str) -> Mapping[str, Any]:
    """A request of the webhook's kind; the fallback's has no call's id, so as not to count as a call."""
    if name == "fallback":
        return {"to": called, "reason": "check", "original_request": {"type": "answer"}}
    call = {"conversation_uuid": CONVERSATION, "uuid": "0" * 32, "from": called, "to": called}
    return {
        "answer": {**call, "endpoint_type": "phone"},
        "event": {**call, "status": "ringing", "direction": "inbound"},
        "inbound": {
            "message_uuid": CONVERSATION[4:],
            "channel": "sms",
            "message_type": "text",
            "text": "check",
        },
        "status": {"message_uuid": CONVERSATION[4:], "channel": "sms", "status": "delivered"},
        "verify": {"request_id": CONVERSATION[4:], "type": "summary", "status": "expired"},
    }.get(name, {"type": "custom:check", "conversation_id": CONVERSATION})


def _token(body: bytes, account: SignatureSecret, application: str) -> str:
    """Signed as Vonage signs what this application is told, so that webhooks of another one are found."""
    claims = {
        "iat": int(time.time()),
        "jti": hashlib.sha256(body).hexdigest()[:32],
        "iss": "Vonage",
        "api_key": account.api_key,
        "payload_hash": hashlib.sha256(body).hexdigest(),
        CLAIM: True,
    } | ({"application_id": application} if application else {})
    return "Bearer " + jwt.encode(claims, account.signature_secret, algorithm="HS256")
