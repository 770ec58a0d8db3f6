"""Whether the official Python SDK takes a webhook's token for Vonage's; prints it as JSON."""

# The SDK lives in an environment of its own, where mypy does not see it.
# mypy: disable-error-code="import-not-found, no-untyped-call"

import json
import sys

from vonage_jwt import verify_signature

given = json.load(sys.stdin)
json.dump({name: verify_signature(given["token"], given[name]) for name in ("secret", "other")}, sys.stdout)
