"""EventBridge Scheduler, as the outbound function of a stack with dialogs sees it."""

from collections.abc import Iterator

import pytest

from tests.fakes.scheduler import INBOUND, Scheduler, scheduling


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    monkeypatch.setenv("SWITCHBOARD_INBOUND_ARN", INBOUND)
    with scheduling(monkeypatch) as scheduler:
        yield scheduler
