"""A small booking as a chat: a day, a name, and the owner hears of it."""

from datetime import timedelta

from switchboard import Chat, ChatEnded, message_dialog, sms

OWNER = "447700900456"

# What `do` has done, in this process.
done: list[tuple[str, ...]] = []


def hold(day: str) -> str:
    done.append(("hold", day))
    return f"slot-{day}"


def release(slot: str) -> None:
    done.append(("release", slot))


@message_dialog(on_changed="Sorry, let us begin again.")
async def booking(chat: Chat) -> None:
    day = await chat.choose("Which day suits you?", ["Monday", "Tuesday"])
    slot = await chat.do(hold, day)
    try:
        name = await chat.ask("And your name?", within=timedelta(hours=24))
    except ChatEnded:
        await chat.do(release, slot)
        return
    chat.say(f"See you on {day}, {name}.")
    chat.send(sms(OWNER, f"{name} comes on {day}."))
