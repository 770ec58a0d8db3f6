"""The messages there have been, and who gets theirs."""

from dataclasses import dataclass, field

from vonage_simulator.messages.message import Message, Recipient, standard_recipients
from vonage_simulator.platform import Platform


@dataclass(eq=False)
class Mailbox:
    """The shelf of messages, in both directions.

    Attributes:
        messages: by their `message_uuid`, oldest first.
        recipients: what becomes of messages to somebody; all others get theirs.
    """

    platform: Platform
    messages: dict[str, Message] = field(default_factory=dict)
    recipients: dict[str, Recipient] = field(default_factory=standard_recipients)

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
