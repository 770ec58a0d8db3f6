"""The number that is lent to a run: nothing uses it before, and nothing does afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from operate.ask_vonage.account import AskedError, Json, VonageAccount
from operate.errors import OperatorError

# Settings that mean that something relies on the number.
_IN_USE = (
    "app_id", "moHttpUrl", "messagesCallbackType", "messagesCallbackValue", "voiceCallbackType",
    "voiceCallbackValue", "voiceStatusCallback",
)  # fmt: skip
# Either of which unlinks, by the answer to a question that is still to be asked.
_WITHOUT_LINK: tuple[dict[str, str], ...] = ({}, {"app_id": ""})


@dataclass
class LentNumber:
    """A number of the account.

    Attributes:
        account: Whose it is.
        msisdn: Its digits.
    """

    account: VonageAccount
    msisdn: str
    _country: str = ""

    def read(self) -> Json:
        """What the account says of it.

        Raises:
            OperatorError: The account doesn't own it.
        """
        owned: list[Json] = self.account.owned_numbers(self.msisdn).get("numbers", [])
        for number in owned:
            if number["msisdn"] == self.msisdn:
                self._country = str(number["country"])
                return number
        raise OperatorError(
            f"The account doesn't own {self.msisdn}.", "Give a number that the Vonage dashboard lists."
        )

    def refuse_if_used(self) -> None:
        """Refuse a number that something else may rely on.

        Raises:
            OperatorError: It isn't the account's, or is linked, or has a callback or webhook of its own.
        """
        if used := self._settings():
            raise OperatorError(
                f"{self.msisdn} is in use: it has {', '.join(used)}.",
                "Give a number that is linked to no application and has no webhook of its own.",
            )

    def link(self, application_id: str) -> None:
        """Link it to an application."""
        self._update(app_id=application_id)

    def update(self, **settings: str) -> Json:
        """Update it with nothing but these, and read what it has then."""
        self._update(**settings)
        return self.read()

    def give_back(self) -> bool:
        """Take every setting off it; whether it has none any more."""
        for without in _WITHOUT_LINK:
            if self.is_free():
                return True
            with suppress(AskedError):
                self._update(**without)
        return self.is_free()

    def is_free(self) -> bool:
        """Whether nothing uses it."""
        return not self._settings()

    @contextmanager
    def linked(self, application_id: str) -> Iterator[None]:
        """Link it for the block."""
        self.link(application_id)
        try:
            yield
        finally:
            self.give_back()

    def _settings(self) -> list[str]:
        number = self.read()
        return [name for name in _IN_USE if number.get(name)]

    def _update(self, **settings: str) -> None:
        country = self._country or str(self.read()["country"])
        self.account.update_number({"country": country, "msisdn": self.msisdn, **settings})
