"""An application's document: what the stack wants, laid over what Vonage has.

Vonage's PUT replaces the whole document, so everything the stack does not own has to be sent back as it
was: a capability added in the dashboard, a field this code has never heard of. Who owns a field is decided
as `kubectl apply` does: by what is wanted now, what was wanted last time, and what is there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from provisioner.wanted.properties import Application
from provisioner.world import keys

Document = dict[str, Any]
READ_ONLY = {"id", "_links"}


def wanted(properties: Application) -> Document:
    """The part of the document that the stack owns."""
    return {
        "name": properties.Name,
        "privacy": {"improve_ai": properties.ImproveAi},
        "capabilities": properties.Capabilities.model_dump(exclude_none=True),
    }


def merged(
    live: Mapping[str, Any], want: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]
) -> Document:
    """The live document with what is wanted in place.

    Args:
        live: what Vonage has.
        want: what the stack owns now.
        earlier: what it owned before; a field found there and not wanted any more is removed.
    """
    result: Document = {}
    for name in [*live, *(name for name in want if name not in live)]:
        if name in want:
            result[name] = _merged_value(live.get(name), want[name], [base.get(name) for base in earlier])
        elif not any(name in base for base in earlier):
            result[name] = live[name]
    return result


def _merged_value(live: object, want: object, earlier: Sequence[object]) -> object:
    if not isinstance(want, Mapping):
        return want
    bases = [base for base in earlier if isinstance(base, Mapping)]
    return merged(live if isinstance(live, Mapping) else {}, want, bases)


def for_put(document: Mapping[str, Any], public_key: str | None = None) -> Document:
    """The document as it may be sent: without what is read-only, with the public key (its own by default).

    The key is always sent: what Vonage does with a PUT that names none is not known.
    """
    sent = {name: value for name, value in document.items() if name not in READ_ONLY}
    sent["keys"] = {"public_key": public_key or public_key_of(document)}
    capabilities = dict(sent.get("capabilities") or {})
    if isinstance(capabilities.get("verify"), Mapping):
        capabilities["verify"] = {k: v for k, v in capabilities["verify"].items() if k != "version"}
    sent["capabilities"] = capabilities
    return sent


def equal(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two documents say the same; keys are compared as keys, not as text."""
    first, second = for_put(one), for_put(other)
    same_key = first["keys"] == second["keys"] or keys.same(public_key_of(one), public_key_of(other))
    return same_key and {**first, "keys": None} == {**second, "keys": None}


def differences(live: object, want: object, path: str = "") -> list[str]:
    """The dotted paths at which what is wanted is not what is there; whole branches by their root."""
    if isinstance(want, Mapping) and isinstance(live, Mapping):
        found = [differences(live.get(name), value, f"{path}.{name}") for name, value in want.items()]
        gone = [f"{path}.{name}".lstrip(".") for name in live if name not in want]
        return [each for group in found for each in group] + gone
    return [] if live == want else [path.lstrip(".")]


def public_key_of(document: Mapping[str, Any]) -> str | None:
    """The public key in a document, as PEM."""
    key = (document.get("keys") or {}).get("public_key")
    return key if isinstance(key, str) else None
