"""Who calls whom, for the webhooks that don't say it: a recording's, a transcript's, a notification's.

Vonage says it when a call comes, and when keys are pressed. So what is known where an NCCO is returned goes
along, sealed, in the query of the addresses at which that NCCO's actions are heard of, and is there as `from`
and `to` when they are. An address that isn't our event webhook's is left as it is.

Source: Vonage, "Voice API Webhooks Reference", for which events have `from` and `to`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from switchboard.webhooks import query as queries
from switchboard.webhooks import sealed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WEBHOOK = "event"
_PURPOSE = "who calls"
_NAMES = ("from", "from_user", "to")


def read(fields: Mapping[str, str], secrets: Sequence[str]) -> dict[str, str]:
    """Who calls, by an address's query; empty if that doesn't say it."""
    text = sealed.unseal(fields[queries.CALLER], _PURPOSE, secrets)
    return {} if text is None else dict(json.loads(text)[1])


class Addresses:
    """The addresses in an NCCO, which say who calls from here on.

    Args:
        base_url: the stage's own URL.
        call: the call's id. With it in the text, the words for a caller are other ones in each call.
        caller: who calls, in Vonage's names; empty where that isn't known.
        secrets: the account's signature secrets.
    """

    def __init__(self, base_url: str, call: str, caller: Mapping[str, Any], secrets: Sequence[str]) -> None:
        self._ours = f"{base_url}/webhooks/{_WEBHOOK}"
        self._secrets = secrets
        who = {name: caller[name] for name in _NAMES if isinstance(caller.get(name), str)}
        text = json.dumps([call, who], separators=(",", ":"), ensure_ascii=False)
        self._sealed = sealed.seal(text, _PURPOSE, secrets[0]) if secrets and who else ""

    def told(self, action: Mapping[str, Any]) -> Mapping[str, Any]:
        """The action, and its transcription, with addresses that say who calls."""
        if not self._sealed:
            return action
        address = self._told(action.get("eventUrl"))
        if address is None:
            return action
        transcription = action.get("transcription")
        if isinstance(transcription, dict) and (own := self._told(transcription.get("eventUrl"))):
            action = {**action, "transcription": {**transcription, "eventUrl": own}}
        return {**action, "eventUrl": address}

    def _told(self, address: object) -> list[str] | None:
        """An address of ours that says who calls; None for any other, and for one that has no room."""
        match address or [self._ours]:
            case [str(url)]:
                base, _, query = url.partition("?")
            case _:
                return None
        if base != self._ours:
            return None
        fields = queries.read(_WEBHOOK, query, self._secrets) if query else {}
        if fields is None or queries.CALLER in fields:
            return None
        try:
            query = queries.write(_WEBHOOK, {**fields, queries.CALLER: self._sealed}, self._secrets[0])
        except ValueError:
            return None
        return [f"{base}?{query}"]
