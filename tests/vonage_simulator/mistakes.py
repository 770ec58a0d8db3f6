"""What functions tell of the mistakes that a flow can make, and how a person is to read it."""

import json
from typing import NamedTuple

from vonage_simulator.testing.endpoint import Answer
from vonage_simulator.webhooks.told import HEADER


class Mistake(NamedTuple):
    """An outcome that a function tells, and the lines for it."""

    told: dict[str, object]
    lines: list[str]

    def reply(self, status: int, body: bytes = b"") -> Answer:
        """The reply of the function."""
        headers = {"Content-Type": "application/json", HEADER: json.dumps([self.told])}
        return Answer(status, body, headers)


LINE = "functions/event/app.py:6 in lambda_handler: return MENU[digit]"
REASON = "the flow returned a str; it may return messages and commands, or None"
MISTAKES = {
    "exception": Mistake(
        {"name": "FlowFailed", "severity": "ERROR", "raised": "KeyError: '7'", "at": [LINE]},
        ["FlowFailed: KeyError: '7'", f"at {LINE}"],
    ),
    "str": Mistake(
        {"name": "FlowFailed", "severity": "ERROR", "reason": REASON, "returned": "'You pressed 7'"},
        [f"FlowFailed: {REASON}", "returned: 'You pressed 7'"],
    ),
    "late": Mistake(
        {"name": "Late", "severity": "ERROR", "reason": "the flow was stopped after 4.0 s", "at": [LINE]},
        ["Late: the flow was stopped after 4.0 s", f"at {LINE}"],
    ),
    "missing module": Mistake(
        {"name": "Crashed", "severity": "ERROR", "raised": "No module named 'humanise'", "at": []},
        ["Crashed: No module named 'humanise'"],
    ),
}
REFUSED = Mistake(
    {"name": "Refused", "severity": "WARNING", "reason": "stale"},
    ["Refused: stale"],
)
