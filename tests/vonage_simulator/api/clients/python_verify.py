"""What a user of the official Python SDK does to verify somebody; prints what came back as JSON."""

# The SDK lives in an environment of its own, where mypy does not see it.
# mypy: disable-error-code="import-not-found, no-untyped-call"

import json
import sys
from collections.abc import Callable

from vonage import Auth, HttpClientOptions, Vonage
from vonage_http_client.errors import HttpRequestError
from vonage_verify import EmailChannel, SmsChannel, VerifyRequest, VoiceChannel, WhatsappChannel

given = json.load(sys.stdin)
options = HttpClientOptions(api_host=given["host"], rest_host=given["host"])
verify = Vonage(Auth(application_id=given["application"], private_key=given["key"]), options).verify

# Its own check of a WhatsApp sender takes no number (vonage-verify 2.2.0).
PHONE = "447700900123"
WAYS = [SmsChannel(to=PHONE), WhatsappChannel(to=PHONE, from_="Acme"), VoiceChannel(to=PHONE)]


def status(doing: Callable[[], object]) -> int:
    try:
        doing()
    except HttpRequestError as error:
        return int(error.response.status_code)
    return 200


request = VerifyRequest(brand="Acme", workflow=WAYS, code="aBc123", channel_timeout=60, client_ref="login42")
started = verify.start_verification(request)
other = VerifyRequest(brand="Acme", workflow=[EmailChannel(to="alice@example.com")], code_length=6)
mailed = verify.start_verification(other)
found: dict[str, object] = {
    "conflict": status(lambda: verify.start_verification(request)),
    "moved_on": status(lambda: verify.trigger_next_workflow(started.request_id)),
    "wrong": status(lambda: verify.check_code(started.request_id, "0000")),
    "checked": verify.check_code(started.request_id, "aBc123").status,
    "over": status(lambda: verify.check_code(started.request_id, "aBc123")),
    "cancelled": status(lambda: verify.cancel_verification(mailed.request_id)),
}
json.dump(found, sys.stdout)
