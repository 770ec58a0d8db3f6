"""The account: applications with their capabilities and keys, numbers and what they are linked to."""

import base64
import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from vonage_simulator.console import controls
from vonage_simulator.console.feed import Feed
from vonage_simulator.types import Json
from vonage_simulator.vonage import Vonage

READS = {"GET", "HEAD"}


class AccountPanel:
    """The panel; it follows every API request that may have changed something."""

    def __init__(self, vonage: Vonage, feed: Feed) -> None:
        self._vonage = vonage
        self._feed = feed

    def build(self) -> None:
        """The panel's elements."""
        self._content = controls.html("account.html", **self._values()).classes("account")
        self._feed.read(self._take)

    def _take(self, entry: Json) -> None:
        if entry["kind"] == "api" and entry["request"]["method"] not in READS:
            self._content.set_content(controls.shown("account.html", **self._values()))

    def _values(self) -> Json:
        account = self._vonage.account
        return {
            "url": self._vonage.url,
            "account": account,
            "applications": [
                {
                    "application": application,
                    "webhooks": list(webhooks(application)),
                    "fingerprint": fingerprint(application["keys"]["public_key"]),
                    "numbers": [
                        n["msisdn"] for n in account.numbers.values() if n.get("app_id") == application["id"]
                    ],
                }
                for application in account.applications.values()
            ],
        }


def fingerprint(public_pem: str) -> str:
    """`SHA256:` and the base64 digest of a public key's DER: the stack's output `PublicKeyFingerprint`."""
    key = load_pem_public_key(public_pem.encode())
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "SHA256:" + base64.b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")


def webhooks(application: Json) -> Iterator[tuple[str, str, str, str]]:
    """Capability, name, method and address of each webhook that is set."""
    for capability, settings in application["capabilities"].items():
        for name, hook in settings.get("webhooks", {}).items():
            if hook.get("address"):
                yield capability, name, hook.get("http_method", "POST"), hook["address"]
