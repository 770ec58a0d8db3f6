"""Appointments by message, on any channel: a day, a time that is free, and a name within a day."""

from datetime import datetime, timedelta

from switchboard import Chat, ChatEnded, InboundMessage, MessageRequest, message_dialog, reply_to, sms

OWNER, ZONE = "447700900456", "Europe/London"
TIMES = ["9 am", "11 am", "2 pm"]

# Here would be a calendar of your own, in a table; a function's memory is gone when it is.
appointments: dict[str, str] = {}


def next_days(now: datetime) -> list[str]:
    """The next three days, such as `Mon 30 Nov`, short enough for a button."""
    days = [now + timedelta(days=ahead) for ahead in (1, 2, 3)]
    return [f"{day:%a} {day.day} {day:%b}" for day in days]


def free_times(day: str) -> list[str]:
    """What is free on a day."""
    return [time for time in TIMES if f"{day}, {time}" not in appointments]


def hold(when: str, key: str) -> bool:
    """Hold an appointment; the same key may hold it again, as an effect may be repeated."""
    return appointments.setdefault(when, key) == key


def book(when: str, name: str) -> None:
    """Write a name into the calendar."""
    appointments[when] = name


def release(when: str) -> None:
    """Let somebody else have an appointment."""
    appointments.pop(when, None)


def who_we_are(message: InboundMessage) -> MessageRequest | None:
    """Answer HELP; STOP, an emoji and a parcel service's SMS have no answer."""
    if str(message.get("text", "")).strip().lower() == "help":
        return reply_to(message, "This is Ada's bicycle shop. Write STOP for no more messages.")
    return None


@message_dialog(on_changed="Sorry, we have changed something. Once more, please.", others=who_we_are)
async def lambda_handler(chat: Chat) -> None:
    """Hold an appointment for a day, until the customer says in what name."""
    day = await chat.choose("Which day suits you?", next_days(chat.now(ZONE)))
    free = await chat.do(free_times, day)
    if not free:
        chat.say(f"Nothing is free on {day}. Write again for another day.")
        return
    time = await chat.choose(f"At what time on {day}?", free)
    when = f"{day}, {time}"
    if not await chat.do(hold, when, chat.key):
        chat.say("Somebody else was faster. Write again for another time.")
        return
    try:
        name = await chat.ask(f"{when} is yours until tomorrow. In what name?", within=timedelta(hours=24))
    except ChatEnded:  # too late, or they wrote STOP
        await chat.do(release, when)
        return
    await chat.do(book, when, name)
    chat.say(f"See you on {when}, {name}.")
    chat.send(sms(OWNER, f"{name} comes on {when}."))
