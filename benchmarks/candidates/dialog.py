"""A call of fifty questions as one function, its secret at hand."""

import json
import os

from switchboard.aws.secret import Version
from switchboard.webhooks import signature_secrets

signature_secrets._prepare = lambda *_: None
signature_secrets._read_version = lambda _label: Version(
    json.loads(os.environ["BENCHMARK_CREDENTIALS"]), None
)

from switchboard import Call, call_dialog  # noqa: E402

CHOICES = {"1": "one", "2": "two", "3": "three"}


@call_dialog
async def lambda_handler(call: Call) -> None:
    """Ask more often than anybody would bear."""
    for _ in range(51):
        call.say("Thank you.")
        await call.ask("Press a key.", choices=CHOICES)
