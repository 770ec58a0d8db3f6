"""Who has opted out of what, which keeps messages and calls from them."""

from collections.abc import Iterator

from vonage_simulator.types import Json

OPTED_OUT: Json = {"reason": "Whom it is for has opted out of this sender.", "opted_out": True}
_BETWEEN_DIGITS = str.maketrans("", "", "+ ().-")


class Consent:
    """The opt-outs of one stack."""

    def __init__(self) -> None:
        self._stopped: set[tuple[str, str]] = set()

    def objection(self, command: Json) -> Json:
        """Why a message or call isn't for whom it goes to: they have opted out; empty if they haven't."""
        if command.get("purpose") == "transactional":
            return {}
        tries = [*command.get("ladder", ()), ""]
        for person, sender in _parties(command["name"], command["detail"]):
            if any((_plain(person), _plain(each)) in self._stopped for each in (sender, *tries)):
                return OPTED_OUT
        return {}

    def change(self, name: str, detail: Json) -> Json:
        """Do what `consent.stop` or `consent.start` says; gives whom it is about."""
        person, sender = _plain(detail["person"]), _plain(detail.get("sender", ""))
        if name == "consent.stop":
            self._stopped.add((person, sender))
        else:
            self._stopped = {
                each for each in self._stopped if each[0] != person or sender not in ("", each[1])
            }
        return {key: detail[key] for key in ("person", "sender") if key in detail}


def _parties(name: str, detail: Json) -> Iterator[tuple[str, str]]:
    """Whom a message or call goes to, its failovers and an e-mail's copies, too; and from which sender."""
    match name:
        case "messages.send":
            mail = detail.get("email", {}) if detail["channel"] == "email" else {}
            copies = [each["address"] for kind in ("cc", "bcc") for each in mail.get(kind, [])]
            yield from ((to, detail["from"]) for to in (detail["to"], *copies))
            for other in detail.get("failover", []):
                yield from _parties(name, other)
        case "voice.call":
            yield detail["to"][0].get("number", ""), (detail.get("from") or {}).get("number", "")


def _plain(address: object) -> str:
    """A number in digits however it is written, and any other name in lower case."""
    return str(address).translate(_BETWEEN_DIGITS).casefold()
