"""What is not known for certain about Vonage: one named switch each, with the assumption we made."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Switches:
    """How the simulator behaves where no source settles it; `docs/simulator.md` lists the reasons.

    Attributes:
        unlink_on_application_delete: deleting an application unlinks its numbers.
        put_without_keys: a PUT that names no key keeps the public key, or makes a new pair.
        unknown_fields: a field the reference does not list is dropped, kept or refused with a 400.
        empty_app_id: `app_id=` in a number's update unlinks it, or fails with 420.
        event_retry: a plain voice event that fails is sent once more after any failure, only after a
            timeout, a lost connection, 429, 502, 503 or 504, or never.
        non_ncco_event_reply: JSON that is no array, in reply to an event that may return an NCCO, is ignored
            or counts as a failure.
        empty_digits: `dtmf.digits` when nobody pressed a key.
        rate_limits: the limits per second are enforced. Off by default: most tests want speed.
    """

    unlink_on_application_delete: bool = True
    put_without_keys: Literal["keep", "rotate"] = "keep"
    unknown_fields: Literal["drop", "keep", "refuse"] = "drop"
    empty_app_id: Literal["unlink", "fail"] = "unlink"
    event_retry: Literal["any", "transient", "never"] = "any"
    non_ncco_event_reply: Literal["ignore", "fail"] = "ignore"
    empty_digits: str | None = ""
    rate_limits: bool = False
