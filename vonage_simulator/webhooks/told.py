"""What the code behind a webhook says about itself, beside its reply, to the person who writes it.

A reply may have the header `switchboard-outcomes`: a JSON array of objects with `name`, `severity` (`INFO`,
`WARNING`, `ERROR`) and, where something went wrong, `reason` or `raised`, `at` and `returned`; `waits` is
where code waits that goes on with the call later. Functions of Switchboard have it on a laptop, and code in
any other language may.
"""

import json

import httpx

from vonage_simulator.types import Json

HEADER = "switchboard-outcomes"
SEVERITIES = {"INFO", "WARNING", "ERROR"}


def outcomes_of(response: httpx.Response) -> list[Json]:
    """What the header says; nothing when there is none that can be read."""
    try:
        told = json.loads(response.headers.get(HEADER, "[]"))
    except ValueError:
        return []
    return outcomes_in(told)


def outcomes_in(told: object) -> list[Json]:
    """Those of an array that are outcomes."""
    return [one for one in told if _is_outcome(one)] if isinstance(told, list) else []


def _is_outcome(one: object) -> bool:
    return (
        isinstance(one, dict)
        and one.get("severity") in SEVERITIES
        and all(
            isinstance(one.get(name, ""), str) for name in ("name", "reason", "raised", "returned", "waits")
        )
        and isinstance(one.get("at", []), list)
        and "name" in one
    )
