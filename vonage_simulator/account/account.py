"""What the simulated Vonage remembers: one account, its applications, its numbers and its API secrets.

Documents are kept in their wire shape. A change replaces a whole document, never a part of it, so the call
engine may read from its own thread while an API call writes.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from vonage_simulator.account.identifiers import Identifiers
from vonage_simulator.switches import Switches
from vonage_simulator.types import Json

# Answers by itself after a second.
ANSWERING_CALLEE = "447700900999"
# Belongs to nobody.
UNKNOWN_NUMBER = "447700900998"


@dataclass
class Account:
    """A Vonage account; `Account.seeded()` makes the one every tool and test starts from.

    Attributes:
        message_webhooks: `inbound_url` and `status_url` of its dashboard, for messages that no application
            is responsible for.
        email_domains: what it has verified in the dashboard, each with the id of the application that it is
            linked to there, or none.
    """

    api_key: str
    signature_secret: str
    api_secrets: dict[str, Json] = field(default_factory=dict)
    applications: dict[str, Json] = field(default_factory=dict)
    numbers: dict[str, Json] = field(default_factory=dict)
    numbers_for_sale: dict[str, Json] = field(default_factory=dict)
    message_webhooks: dict[str, str] = field(default_factory=dict)
    email_domains: dict[str, str | None] = field(default_factory=dict)
    switches: Switches = field(default_factory=Switches)
    identifiers: Identifiers = field(default_factory=Identifiers)

    @classmethod
    def seeded(
        cls,
        *,
        api_key: str | None = None,
        api_secret: str | None = None,
        signature_secret: str | None = None,
        switches: Switches | None = None,
        seed: int | None = None,
    ) -> "Account":
        """An account with two owned numbers linked to nothing, some for sale in GB and US, one API secret.

        Args:
            api_key: made up when not given, as are `api_secret` and `signature_secret`.
            api_secret: the value of the account's one API secret.
            signature_secret: signs every webhook.
            switches: how to behave where Vonage's behaviour is not confirmed.
            seed: makes every id and generated credential the same in each run (keys excepted).
        """
        identifiers = Identifiers(seed)
        made_up = identifiers.hex if seed is not None else (lambda: secrets.token_hex(16))
        account = cls(
            api_key=api_key or made_up()[:8],
            signature_secret=signature_secret or made_up(),
            switches=switches or Switches(),
            identifiers=identifiers,
        )
        account.add_secret(api_secret or f"Sim{made_up()[:16]}", created_at="2026-01-01T00:00:00Z")
        account.numbers = {number["msisdn"]: number for number in _owned_numbers()}
        account.numbers_for_sale = {number["msisdn"]: number for number in _numbers_for_sale()}
        return account

    @property
    def api_secret(self) -> str:
        """The oldest API secret that still works."""
        value: str = next(iter(self.api_secrets.values()))["secret"]
        return value

    def add_secret(self, value: str, *, created_at: str) -> Json:
        """Keep one more API secret; the rules about how many there may be belong to the API."""
        secret = {"id": self.identifiers.uuid(), "created_at": created_at, "secret": value}
        self.api_secrets = {**self.api_secrets, secret["id"]: secret}
        return secret

    def accepts(self, api_key: str, api_secret: str) -> bool:
        """Whether these are the credentials of this account."""
        known = [secret["secret"].encode() for secret in self.api_secrets.values()]
        matches = [secrets.compare_digest(value, api_secret.encode()) for value in known]
        return secrets.compare_digest(api_key.encode(), self.api_key.encode()) and any(matches)

    def application_of(self, msisdn: str) -> Json | None:
        """The application an owned number is linked to, if both exist."""
        return self.applications.get(self.numbers.get(msisdn, {}).get("app_id", ""))

    def application_of_domain(self, address: str) -> Json | None:
        """The application that an e-mail address's domain is linked to, if both exist."""
        return self.applications.get(self.email_domains.get(domain_of(address)) or "")

    def unlink_numbers_of(self, application_id: str) -> None:
        """Take the link to this application off every number that has it."""
        for msisdn, number in list(self.numbers.items()):
            if number.get("app_id") == application_id:
                self.numbers = {**self.numbers, msisdn: without_link(number)}


def domain_of(address: str) -> str:
    """The domain of `hello@mail.example.com`, or of `Hello <hello@mail.example.com>`."""
    return address.rpartition("@")[2].strip("> ").lower()


def without_link(number: Json) -> Json:
    """The number as it reads once it belongs to no application."""
    kept = {name: value for name, value in number.items() if name != "app_id"}
    if kept.get("voiceCallbackType") == "app":
        del kept["voiceCallbackType"], kept["voiceCallbackValue"]
    return kept


def _owned_numbers() -> Iterator[Json]:
    everything = ["VOICE", "SMS", "MMS"]
    yield {"country": "GB", "msisdn": "447700900000", "type": "mobile-lvn", "features": everything[:2]}
    yield {"country": "US", "msisdn": "14155550100", "type": "mobile-lvn", "features": everything}


def _numbers_for_sale() -> Iterator[Json]:
    for country, prefix, cost in (("GB", "4477009001", "1.25"), ("US", "1415555012", "0.90")):
        width = 12 if country == "GB" else 11
        for index in range(10 if country == "US" else 25):
            msisdn = prefix + str(index).zfill(width - len(prefix))
            features = ["VOICE", "SMS"] if index % 2 else ["VOICE", "SMS", "MMS"]
            offer = {"country": country, "msisdn": msisdn, "cost": cost, "features": features}
            yield {**offer, "type": "landline" if index % 5 == 0 else "mobile-lvn"}
