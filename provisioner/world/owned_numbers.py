"""The numbers that the account owns, asked for as seldom as possible: the list may be asked once a second.

A page holds 100 numbers, which is the whole account mostly. A larger one is either listed to its end or asked
for one number after another; which is cheaper depends on how many are still to come, which nobody knows here.
So it is asked for single ones until that has cost what listing the rest would cost, and listed then: never
more than twice what was needed.
Source: Vonage Numbers API reference (`GET /account/numbers`: `size` is 100 at most, `index` a page, `count`
of all that were found; `search_pattern` 0 matches the beginning).
"""

from collections.abc import Callable

from provisioner.world.document import Document

PAGE_SIZE = 100


class OwnedNumbers:
    """What is known of the list.

    Args:
        ask: gives the reply to a query of the list.
    """

    def __init__(self, ask: Callable[[dict[str, str | int]], Document]) -> None:
        self._ask = ask
        self._known: dict[str, Document | None] = {}
        self._pages_read, self._pages, self._single = 0, 1, 0

    def find(self, msisdn: str) -> Document | None:
        """The number as the list has it, or None."""
        while msisdn not in self._known and self._pages_read < self._pages:
            if self._pages_read and self._pages - self._pages_read > self._single:
                self._ask_for(msisdn)
            else:
                self._read_page()
        return self._known.get(msisdn)

    def _ask_for(self, msisdn: str) -> None:
        self._single += 1
        self._known[msisdn] = None
        self._note(self._ask({"pattern": msisdn, "search_pattern": 0}))

    def _read_page(self) -> None:
        reply = self._ask({"index": self._pages_read + 1})
        self._note(reply)
        self._pages = -(-int(reply.get("count") or 0) // PAGE_SIZE)
        self._pages_read += 1

    def _note(self, reply: Document) -> None:
        self._known |= {each["msisdn"]: each for each in reply.get("numbers", []) if each.get("msisdn")}
