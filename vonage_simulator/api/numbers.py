"""The Numbers API: `/account/numbers`, `/number/search`, `/number/buy`, `/number/cancel`, `/number/update`.

Source: Vonage Numbers API reference (1.1.0). Writes are form-encoded, errors have hyphenated keys, no match
is `{}`. A `moHttpUrl` is asked by GET when it is saved, and has to answer 200.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vonage_simulator.account.account import Account
from vonage_simulator.api import number_settings
from vonage_simulator.api.authentication import has_basic_credentials, has_query_credentials
from vonage_simulator.api.problems import ErrorCodeError
from vonage_simulator.api.rates import RateLimit
from vonage_simulator.api.requests import whole_number
from vonage_simulator.clock.clock import Clock
from vonage_simulator.types import Json

FORM = "application/x-www-form-urlencoded"
STARTS_WITH, CONTAINS, ENDS_WITH = "0", "1", "2"


@dataclass
class NumbersApi:
    """The five operations, and their limits: 3 requests a second, one of them for the owned list.

    Attributes:
        takes_messages: asks a `moHttpUrl` whether it is there.
    """

    account: Account
    clock: Clock
    takes_messages: Callable[[str], Awaitable[bool]]

    def __post_init__(self) -> None:
        """Limits count on the simulator's clock."""
        self.every_call = RateLimit(3, self.clock.seconds, lambda: self.account.switches.rate_second)
        self.owned_list = RateLimit(1, self.clock.seconds, lambda: self.account.switches.rate_second)

    def routes(self) -> list[Route]:
        """The API's routes on this account."""
        return [
            Route("/account/numbers", self.owned, methods=["GET"]),
            Route("/number/search", self.search, methods=["GET"]),
            Route("/number/buy", self.buy, methods=["POST"]),
            Route("/number/cancel", self.cancel, methods=["POST"]),
            Route("/number/update", self.update, methods=["POST"]),
        ]

    async def owned(self, request: Request) -> Response:
        """`GET /account/numbers`."""
        self._admit(request, self.owned_list)
        query = request.query_params
        found = [number for number in self.account.numbers.values() if _matches(number, request)]
        if "application_id" in query:
            found = [number for number in found if number.get("app_id") == query["application_id"]]
        if "has_application" in query:
            wanted = query["has_application"].lower() == "true"
            found = [number for number in found if ("app_id" in number) is wanted]
        return JSONResponse(self._page(found, request))

    async def search(self, request: Request) -> Response:
        """`GET /number/search`."""
        self._admit(request)
        if "country" not in request.query_params:
            raise ErrorCodeError(420, "method failed")
        found = [number for number in self.account.numbers_for_sale.values() if _matches(number, request)]
        return JSONResponse(self._page(found, request))

    async def buy(self, request: Request) -> Response:
        """`POST /number/buy`."""
        self._admit(request)
        form = await _form(request)
        missing = {name: "Is required." for name in ("country", "msisdn") if not form.get(name)}
        if missing:  # a body of its own kind: Vonage/vonage-ruby-sdk#95
            return JSONResponse(missing, 400)
        offer = _named_by(form, self.account.numbers_for_sale)
        self.account.numbers_for_sale = _all_but(offer, self.account.numbers_for_sale)
        bought = {name: value for name, value in offer.items() if name not in {"cost", "initialPrice"}}
        self.account.numbers = {**self.account.numbers, offer["msisdn"]: bought}
        return _success()

    async def cancel(self, request: Request) -> Response:
        """`POST /number/cancel`."""
        self._admit(request)
        number = _named_by(await _form(request), self.account.numbers)
        self.account.numbers = _all_but(number, self.account.numbers)
        return _success()

    async def update(self, request: Request) -> Response:
        """`POST /number/update`."""
        self._admit(request)
        form = await _form(request)
        number = number_settings.updated(_named_by(form, self.account.numbers), form, self.account)
        if "moHttpUrl" in number and not await self.takes_messages(number["moHttpUrl"]):
            raise ErrorCodeError(420, "method failed")
        self.account.numbers = {**self.account.numbers, number["msisdn"]: number}
        return _success()

    def _page(self, found: list[Json], request: Request) -> Json:
        size = _positive(request.query_params.get("size"), default=10, highest=100)
        index = _positive(request.query_params.get("index"), default=1)
        if not found and self.account.switches.no_numbers == "empty_object":
            return {}
        return {"count": len(found), "numbers": found[(index - 1) * size : index * size]}

    def _admit(self, request: Request, further_limit: RateLimit | None = None) -> None:
        if not (has_basic_credentials(request, self.account) or has_query_credentials(request, self.account)):
            raise ErrorCodeError(401, "authentication failed")
        if not self.account.switches.rate_limits:
            return
        if (further_limit and not further_limit.admits()) or not self.every_call.admits():
            raise ErrorCodeError(429, "too many requests")


def _matches(number: Json, request: Request) -> bool:
    query = request.query_params
    wanted_features = set(filter(None, query.get("features", "").split(",")))
    return (
        query.get("country", number["country"]) == number["country"]
        and query.get("type", number["type"]) == number["type"]
        and wanted_features <= set(number["features"])
        and _fits(number["msisdn"], query.get("pattern", ""), query.get("search_pattern", STARTS_WITH))
    )


def _fits(msisdn: str, pattern: str, strategy: str) -> bool:
    if strategy == CONTAINS:
        return pattern in msisdn
    return msisdn.endswith(pattern) if strategy == ENDS_WITH else msisdn.startswith(pattern)


def _positive(sent: str | None, *, default: int, highest: int | None = None) -> int:
    if sent is None:
        return default
    number = whole_number(sent)
    if number < 1 or (highest and number > highest):
        raise ErrorCodeError(420, "method failed")
    return number


async def _form(request: Request) -> Json:
    """What a write names: in its form, or in the query.

    Raises:
        ErrorCodeError: 420, for a body of another type. The official Python SDK sends a form under the type
            of its last JSON request, and Vonage doesn't read it (Vonage/vonage-python-sdk#323).
    """
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != FORM:
        raise ErrorCodeError(420, "method failed")
    sent = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    return {**request.query_params, **sent}


def _named_by(form: Json, numbers: dict[str, Json]) -> Json:
    number = numbers.get(form.get("msisdn", ""))
    if number is None or number["country"] != form.get("country"):
        raise ErrorCodeError(420, "method failed")
    return number


def _all_but(number: Json, numbers: dict[str, Json]) -> dict[str, Json]:
    return {msisdn: other for msisdn, other in numbers.items() if msisdn != number["msisdn"]}


def _success() -> Response:
    return JSONResponse({"error-code": "200", "error-code-label": "success"})
