"""The addresses of the stack's webhooks: what a flow gives to Vonage, and what comes back in their query."""

from collections.abc import Mapping

from switchboard.errors import SecretError
from switchboard.webhooks import query as queries
from switchboard.webhooks.pipeline import current


def webhook_url(name: str, /, **query: str | int) -> str:
    """The absolute URL of a webhook of this stack, for `eventUrl`: `webhook_url("event", menu="sales")`.

    It is read from the request that is being handled, so it works inside a flow only.

    Args:
        name: the webhook, as in its path: `answer`, `event`, `rtcevent`, ….
        query: what `query()` gives, as texts, to the flow that is asked there. Vonage and whoever reads logs
            sees it, so nothing personal belongs in it, such as a number.

    Raises:
        LookupError: no request is being handled.
        ValueError: the query has no room in an address, or a field named `mac`.
    """
    received = current.get()
    address = f"{received.request.base_url}/webhooks/{name}"
    if not query:
        return address
    secrets = received.secrets.known(received.api_key, overlap_s=0)
    if not secrets:
        raise SecretError("The account that this request is from has no signature secret any more.")
    return f"{address}?{queries.write(name, query, secrets[0])}"


def query() -> Mapping[str, str]:
    """The query that a flow gave `webhook_url` for the address at which this request arrived.

    Empty where there was none, and where it isn't as it was written: that is logged and counted as
    `QueryRefused`, and the call goes on.

    Raises:
        LookupError: no request is being handled.
    """
    return current.get().query
