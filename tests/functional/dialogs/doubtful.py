"""A chat with a `finally` around an await, which runs at each pause."""

from switchboard import Chat, message_dialog


@message_dialog
async def chatting(chat: Chat) -> None:
    try:
        await chat.ask("Your name?")
    finally:
        chat.say("Goodbye.")
