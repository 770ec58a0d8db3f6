"""Who has opted out of what, which keeps messages and calls from them."""

from vonage_simulator.types import Json

OPTED_OUT: Json = {"reason": "Whom it is for has opted out of this sender.", "opted_out": True}
_BETWEEN_DIGITS = str.maketrans("", "", "+ ().-")


class Consent:
    """The opt-outs of one stack."""

    def __init__(self) -> None:
        self._stopped: set[tuple[str, str]] = set()

    def objection(self, command: Json) -> Json:
        """Why a message or call isn't for whom it goes to: they have opted out; empty if they haven't."""
        name, detail = command["name"], command["detail"]
        if name not in ("messages.send", "voice.call") or command.get("purpose") == "transactional":
            return {}
        person, sender = detail["to"], detail.get("from", "")
        if name == "voice.call":
            person, sender = person[0].get("number", ""), (sender or {}).get("number", "")
        person, sender = _plain(person), _plain(sender)
        return OPTED_OUT if {(person, sender), (person, "")} & self._stopped else {}

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


def _plain(address: object) -> str:
    """A number in digits however it is written, and any other name in lower case."""
    return str(address).translate(_BETWEEN_DIGITS).casefold()
