"""What a flow may return: for the caller an NCCO, for Vonage messages and commands, in one list."""

from collections.abc import Sequence

from switchboard.wire.actions import Action
from switchboard.wire.commands import Command
from switchboard.wire.message_requests import MessageRequest

# Of a flow without a call: a message or command, or several.
Commands = MessageRequest | Command | Sequence[MessageRequest | Command]

# Of a flow with a call: the NCCO may have messages and commands among its actions.
Reply = MessageRequest | Command | Sequence[Action | MessageRequest | Command]
