"""The catalogue of events: each documented name that `classify` gives, and the shape of its payload.

docs/events.md and the JSON Schemas beside it are generated from this table. A name that is not in it, such as
that of a status which Vonage added yesterday, is published all the same.
"""

from collections.abc import Mapping
from typing import Any, get_args

from switchboard.wire import commands, message_parts, messages, messages_v0_1, rtc, voice, voice_events
from switchboard.wire.reach import campaigns
from switchboard.wire.shapes import Shape, keys, tags, unwrap
from switchboard.wire.verify.callbacks import ChannelEvent, Summary

VOICE: Mapping[str, Shape] = {
    "voice.answer": voice.AnswerRequest,
    "voice.fallback": voice.FallbackRequest,
    "voice.started": voice_events.Progress,
    "voice.ringing": voice_events.Progress,
    "voice.answered": voice_events.Answered,
    "voice.busy": voice_events.NotAnswered,
    "voice.cancelled": voice_events.NotAnswered,
    "voice.timeout": voice_events.NotAnswered,
    "voice.unanswered": voice_events.NotAnswered,
    "voice.rejected": voice_events.NotAnswered,
    "voice.failed": voice_events.NotAnswered,
    "voice.human": voice_events.MachineDetected,
    "voice.machine": voice_events.MachineDetected,
    "voice.disconnected": voice_events.Disconnected,
    "voice.completed": voice_events.Completed,
    "voice.input": voice_events.Input,
    "voice.notify": voice_events.Notification,
    "voice.record": voice_events.Recorded,
    "voice.transcribed": voice_events.Transcribed,
    "voice.transfer": voice_events.Transferred,
    "voice.error": voice_events.CallError,
}
MESSAGES: Mapping[str, Shape] = {
    "messages.inbound": messages.Inbound,
    "messages.status.submitted": messages.Status,
    "messages.status.delivered": messages.Status,
    "messages.status.read": messages.Status,
    "messages.status.rejected": messages.Status,
    "messages.status.undeliverable": messages.Status,
    "messages.v0_1.inbound": messages_v0_1.Inbound,
    "messages.v0_1.status.submitted": messages_v0_1.Status,
    "messages.v0_1.status.delivered": messages_v0_1.Status,
    "messages.v0_1.status.read": messages_v0_1.Status,
    "messages.v0_1.status.rejected": messages_v0_1.Status,
    "messages.v0_1.status.undeliverable": messages_v0_1.Status,
}
RTC_TYPES = """
    app:knocking app:knocking:cancel
    audio:asr:done audio:asr:record:done audio:dtmf
    audio:earmuff:off audio:earmuff:on audio:mute:off audio:mute:on
    audio:play audio:play:done audio:play:stop audio:record audio:record:done audio:record:stop
    audio:ringing:start audio:ringing:stop audio:say audio:say:done audio:say:stop
    audio:speaking:off audio:speaking:on
    conversation:created conversation:deleted conversation:updated event:delete ephemeral leg:status:update
    member:invited member:joined member:left member:media member:message:status
    message message:delivered message:rejected message:seen message:submitted message:undeliverable
    rtc:answer rtc:answered rtc:hangup rtc:ringing rtc:status rtc:terminate rtc:transfer
    sip:amd_machine sip:answered sip:hangup sip:machine sip:ringing sip:status
""".split()  # noqa: SIM905 - fifty quoted words read worse
RTC: Mapping[str, Shape] = {f"rtc.{name.replace(':', '.')}": rtc.Event for name in RTC_TYPES}

VERIFY: Mapping[str, Shape] = {
    f"verify.{kind}.{status}": shape
    for kind, shape in (("event", ChannelEvent), ("summary", Summary))
    for status in get_args(unwrap(keys(shape)["status"]).shape)
}

RESULTS: Mapping[str, Shape] = {
    f"{command}.{outcome}": commands.Result
    for command in tags(commands.Command, "name")
    for outcome in ("accepted", "rejected", "uncertain")
}

STORED: Mapping[str, Shape] = {
    f"{name}.stored": message_parts.Stored
    for name in ("voice.record", "voice.transcribed", "messages.inbound")
}

CAMPAIGNS: Mapping[str, Shape] = {
    **{
        f"{command}.{outcome}": campaigns.CampaignResult
        for command in campaigns.CAMPAIGN_COMMANDS
        for outcome in ("accepted", "rejected")
    },
    "campaign.prepared": campaigns.CampaignPrepared,
    "campaign.done": campaigns.CampaignDone,
}

# A message that only sounds like an opt-out.
CONSENT: Mapping[str, Shape] = {"consent.unclear": messages.Inbound}

CATALOGUE: Mapping[str, Shape] = {
    **VOICE, **MESSAGES, **RTC, **VERIFY, **RESULTS, **STORED, **CAMPAIGNS, **CONSENT,
}  # fmt: skip


def shape_of(name: str, payload: Mapping[str, Any]) -> Shape:
    """The type that a payload of this event should have; `Any` for one that is not documented."""
    if name == "messages.inbound":
        return tags(messages.Inbound, "message_type").get(str(payload.get("message_type", "text")), Any)
    return CATALOGUE.get(name, rtc.Event if name.startswith("rtc.") else Any)
