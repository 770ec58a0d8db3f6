"""A chat of fifty questions as one function, its secret at hand."""

import json
import os

from switchboard.aws.secret import Version
from switchboard.webhooks import signature_secrets

signature_secrets._prepare = lambda *_: None
signature_secrets._read_version = lambda _label: Version(
    json.loads(os.environ["BENCHMARK_CREDENTIALS"]), None
)

from switchboard import Chat, message_dialog  # noqa: E402

CHOICES = ["One", "Two", "Three"]


@message_dialog
async def lambda_handler(chat: Chat) -> None:
    """Ask more often than anybody would answer."""
    for _ in range(51):
        chat.say("Thank you.")
        await chat.choose("Which one?", CHOICES)
