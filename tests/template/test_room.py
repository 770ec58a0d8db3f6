"""What the defaults leave to callers in a young account, which runs ten functions at once.

Source: Lambda Developer Guide, "Lambda quotas": new accounts have less than 1,000. Seen in 2026: 10.
"""

from typing import Any

Json = dict[str, Any]

YOUNG_ACCOUNT = 10
WHILE_A_CALLER_WAITS = ("answer", "event", "fallback")


def test_consumers_leave_room_for_a_caller_in_a_young_account(written: Json, resources: Json) -> None:
    bounded = [
        written["Parameters"][r["Properties"]["ScalingConfig"]["MaximumConcurrency"]["Ref"]]["Default"]
        for r in resources.values()
        if r["Type"] == "AWS::Lambda::EventSourceMapping" and "Condition" not in r
    ]

    assert len(bounded) == 3
    assert YOUNG_ACCOUNT - sum(bounded) >= len(WHILE_A_CALLER_WAITS)
