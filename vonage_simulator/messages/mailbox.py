"""The messages there have been, and who gets theirs."""

from dataclasses import dataclass, field

from vonage_simulator.messages.attachments import File
from vonage_simulator.messages.message import Message, Recipient, Sender, standard_recipients
from vonage_simulator.platform import Platform
from vonage_simulator.types import Json

# Where Vonage keeps a list of who has opted out.
OPT_OUT_CHANNELS = {"sms", "mms"}


@dataclass(eq=False)
class Mailbox:
    """The shelf of messages, in both directions.

    Attributes:
        messages: by their `message_uuid`, oldest first.
        recipients: what becomes of messages to somebody; all others get theirs.
        senders: how numbers and names are set up that messages come from; all others are not.
        files: what came with mail, by the id in its URL.
    """

    platform: Platform
    messages: dict[str, Message] = field(default_factory=dict)
    recipients: dict[str, Recipient] = field(default_factory=standard_recipients)
    senders: dict[str, Sender] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)

    def is_blocked(self, body: Json) -> bool:
        """Whether the person a message is for has opted out of what its sender sends, by SMS or MMS."""
        sender = self.senders.get(str(body["from"]), Sender())
        return body["channel"] in OPT_OUT_CHANNELS and body["to"] in sender.blocked

    def keep(self, message: Message, what: str) -> None:
        """Remember a message, and write down what happened to it."""
        self.messages[message.uuid] = message
        self._tell(message, what)

    def warn(self, message: Message, reason: str) -> None:
        """Write down what Vonage may not take of a message that was taken here."""
        self._tell(message, "warning", reason=reason)

    def _tell(self, message: Message, what: str, **more: str) -> None:
        self.platform.journal.add(
            "message",
            self.platform.clock.timestamp(),
            message=message.uuid,
            what=what,
            direction=message.direction,
            channel=message.channel,
            **{"from": message.body["from"], "to": message.body["to"], "text": message.words, **more},
        )
