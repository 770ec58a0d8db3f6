"""A chat that reminds whoever doesn't answer, of docs/chats.md."""

from datetime import timedelta

from switchboard import Chat, message_dialog


@message_dialog
async def lambda_handler(chat: Chat) -> None:
    """Ask, remind once, and let it be."""
    name = await chat.ask("In what name?", within=timedelta(hours=20), default=None)
    if name is None:
        name = await chat.ask("Your table is still free. In what name?", within=timedelta(hours=3))
    chat.say(f"See you, {name}.")
