"""Each channel has a page with its rules and samples that hold."""

import json
import re
from pathlib import Path

import pytest
from switchboard.wire import shapes
from switchboard.wire.message_requests import MessageRequest
from switchboard.wire.messages import Inbound
from switchboard.wire.validate import message_problems, problems

DOCS = Path(__file__).parents[3] / "docs"
PAGES = {
    channel: DOCS / f"channels/{channel.removesuffix('_service')}.md"
    for channel in shapes.tags(MessageRequest, "channel")
} | {"email": DOCS / "email.md"}


def samples(channel: str, section: str) -> list[dict[str, object]]:
    """The samples in a section of a channel's page that are messages."""
    text = PAGES[channel].read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


@pytest.mark.parametrize("channel", PAGES)
def test_sample_out_is_what_vonage_takes(channel: str) -> None:
    (message,) = samples(channel, "Out")

    assert message["channel"] == channel
    assert message_problems(message, strict=True) == []


@pytest.mark.parametrize("channel", PAGES.keys() - {"email"})
def test_sample_in_is_what_vonage_sends(channel: str) -> None:
    (message,) = samples(channel, "In")

    assert message["channel"] == channel
    assert problems(shapes.tags(Inbound, "message_type")[str(message["message_type"])], message) == []


@pytest.mark.parametrize("channel", PAGES.keys() - {"email"})
def test_page_names_every_type_that_its_channel_has(channel: str) -> None:
    shape = shapes.tags(MessageRequest, "channel")[channel]
    kinds = shapes.unwrap(shapes.keys(shape)["message_type"]).shape.__args__
    row = re.search(r"^\|---.*\n\| (.*?) \|", PAGES[channel].read_text(), re.MULTILINE)

    assert row
    assert set(kinds) <= set(re.findall(r"`(\w+)`", row[1]))


@pytest.mark.parametrize("channel", PAGES)
def test_overview_leads_to_the_page(channel: str) -> None:
    link = PAGES[channel].relative_to(DOCS)

    assert f"| [`{channel}`]({link}) |" in (DOCS / "channels.md").read_text()
