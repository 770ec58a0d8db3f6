"""The links of a list's page: how a client finds the others.

Source: Vonage Application API v2 (2.4.1) and Voice API (1.10.0) references: `first`, `last` and `self`, and
`prev` and `next` where there are such pages. The official SDKs go on for as long as there is a `next`.
"""

from urllib.parse import urlencode

from starlette.requests import Request

from vonage_simulator.types import Json


def page_links(
    request: Request, size: int, name: str, place: int, places: range, *, absolute: bool = False
) -> Json:
    """The `_links` of a page; they keep the filters of the request.

    Args:
        request: what asked for the page.
        size: how many items a page has.
        name: the parameter that chooses a page.
        place: the present page's value of it.
        places: the values of it, from the first page on; its step leads to the next one.
        absolute: whether a link names the host that was asked.
    """
    base = f"{request.base_url}".rstrip("/") if absolute else ""

    def link(to: int) -> Json:
        query = {**request.query_params, "page_size": size, name: to}
        return {"href": f"{base}{request.url.path}?{urlencode(query)}"}

    first, last = places.start, places[-1] if places else places.start
    links = {"self": link(place), "first": link(first), "last": link(last)}
    if place + places.step < places.stop:
        links["next"] = link(place + places.step)
    if place > first:
        links["prev"] = link(max(first, place - places.step))
    return links
