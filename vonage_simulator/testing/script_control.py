"""The simulated Vonage that scripts go through: one that is running, or one that calls deployed webhooks."""

import contextlib
import os
from collections.abc import Iterator

import httpx

from vonage_simulator import server
from vonage_simulator.account.account import Account
from vonage_simulator.testing.script import ScriptError

WEBHOOKS = {"answer_url": "answer", "fallback_answer_url": "fallback", "event_url": "event"}
LONGEST_RUN_S = 600


@contextlib.contextmanager
def running(simulator: str) -> Iterator[httpx.Client]:
    """The control API of a simulated Vonage that is running.

    Raises:
        ScriptError: none answers there.
    """
    try:
        httpx.get(f"{simulator.rstrip('/')}/_simulator/account", trust_env=False).raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ScriptError(
            f"no simulated Vonage answers at {simulator} ({error}): start one with "
            "`python -m vonage_simulator`, or say with --simulator where it is"
        ) from error
    with control_of(simulator.rstrip("/")) as control:
        yield control


@contextlib.contextmanager
def calling(url: str) -> Iterator[httpx.Client]:
    """The control API of one of its own, which calls the deployed webhooks under this URL.

    Raises:
        ScriptError: the environment doesn't say whose signature they take, or the URL isn't one of webhooks.
    """
    api_key, signature_secret = (os.environ.get(f"VONAGE_{name}") for name in ("API_KEY", "SIGNATURE_SECRET"))
    if not (api_key and signature_secret):
        raise ScriptError(
            "--url needs VONAGE_API_KEY and VONAGE_SIGNATURE_SECRET in the environment: "
            "the deployed webhooks accept only what the account signed"
        )
    account = Account.seeded(api_key=api_key, signature_secret=signature_secret)
    with server.running(account) as vonage, control_of(vonage.url) as control:
        link(vonage.url, vonage.credentials, url.rstrip("/"))
        yield control


def control_of(url: str) -> httpx.Client:
    """A client of the control API of a simulated Vonage, with time for a script's whole run."""
    return httpx.Client(base_url=f"{url}/_simulator", timeout=LONGEST_RUN_S, trust_env=False)


def link(vonage_url: str, credentials: tuple[str, str], url: str) -> None:
    """Link the numbers of a simulated Vonage to an application whose webhooks are under a URL."""
    hooks = {
        kind: {"address": f"{url}/webhooks/{path}", "http_method": "POST"} for kind, path in WEBHOOKS.items()
    }
    application = {"name": "call script", "capabilities": {"voice": {"webhooks": hooks}}}
    with httpx.Client(base_url=vonage_url, auth=credentials, trust_env=False) as api:
        made = api.post("/v2/applications", json=application)
        if made.is_error:
            raise ScriptError(f"{url} isn't an address of webhooks: {made.text}")
        for number in api.get("/account/numbers").json()["numbers"]:
            link = {"country": number["country"], "msisdn": number["msisdn"], "app_id": made.json()["id"]}
            api.post("/number/update", data=link).raise_for_status()
