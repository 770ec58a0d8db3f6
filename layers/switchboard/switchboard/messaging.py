"""Write messages: an answer to one, or one to who hasn't written first.

Answering does not wait for the types of all that a message may hold: 10 ms of a cold start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack, cast

from switchboard.wire.content.channels import MESSAGE_TYPES, TYPES

if TYPE_CHECKING:
    from switchboard.wire.content.channels import ChannelName
    from switchboard.wire.content.email import EmailSettings
    from switchboard.wire.message_requests import MessageRequest, ReplyContent
    from switchboard.wire.messages import Inbound


def reply_to(message: Inbound, text: str | None = None, **content: Unpack[ReplyContent]) -> MessageRequest:
    """An answer to an inbound message: the same channel, sender and receiver exchanged.

        reply_to(message, "We are open.")
        reply_to(message, image={"url": "https://example.com/map.png", "caption": "Here we are."})
        reply_to(message, reaction={"action": "react", "emoji": "👍"}, context={"message_uuid": …})

    An answer to an e-mail has its subject, with `Re: ` before it, by which mail programs put the two
    together. `email={"subject": …, "cc": […]}` says otherwise.

    Args:
        message: What is answered.
        text: A text; beside the picture or file of an MMS, what stands with it.
        content: Anything else, under the name of its type in the Messages API; and fields of the channel's.

    Raises:
        TypeError: There is nothing to send, or more than one thing, or the channel has no such messages.
    """
    channel, receiver = message["channel"], message["from"]
    if channel == "email":
        receiver = _address(receiver)
        content["email"] = cast(
            "EmailSettings", {"subject": _reply_subject(message), **content.get("email", {})}
        )
    return message_to(channel, receiver, message["to"], text, **content)


def message_to(
    channel: ChannelName, to: str, sender: str, text: str | None = None, **content: Unpack[ReplyContent]
) -> MessageRequest:
    """A message of any channel, for whoever hasn't written first.

        message_to("sms", "447700900123", "447700900000", "Your table is booked.")
        message_to("rcs", "447700900123", "ExampleBrand", card={"title": "Tonight", "text": "At eight?"})

    Args:
        channel: Vonage's name of it.
        to: Who gets it, as the channel knows people.
        sender: Whom it is from: a number, name, id or address of yours on this channel.
        text: A text; beside the picture or file of an MMS, what stands with it.
        content: Anything else, under the name of its type in the Messages API; and fields of the channel's.

    Raises:
        TypeError: There is nothing to send, or more than one thing, or the channel has no such messages.
    """
    kinds = [name for name in content if name in MESSAGE_TYPES] or ["text"] * (text is not None)
    if len(kinds) != 1:
        several = " and ".join(kinds) or "nothing"
        raise TypeError(f"a message is a text, or one of {', '.join(sorted(MESSAGE_TYPES))}; not {several}")
    (kind,) = kinds
    if channel in TYPES and kind not in TYPES[channel]:
        raise TypeError(f"there are no messages of type {kind!r} on the channel {channel!r}")
    sides = {"channel": channel, "message_type": kind, "to": to, "from": sender}
    return cast("MessageRequest", {**sides, **({} if text is None else {"text": text}), **content})


def _address(sender: str) -> str:
    """The address in `Alice <alice@example.com>`."""
    return sender.rpartition("<")[2].partition(">")[0]


def _reply_subject(message: Inbound) -> str:
    subject = message.get("email", {}).get("subject", "")
    return subject if subject[:3].lower() == "re:" else f"Re: {subject}".rstrip()
