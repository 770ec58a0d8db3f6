"""Appointments by message, on any channel: a day, a time that is free, and a name within a day."""

from datetime import datetime, timedelta

from switchboard import Chat, ChatEnded, InboundMessage, MessageRequest, message_dialog, reply_to, sms

OWNER, ZONE = "447700900456", "Europe/London"
TIMES = ["9 am", "11 am", "2 pm"]

DAY = timedelta(hours=24)

# Whose each appointment is, and until when it is held; here would be a calendar of your own, in a table.
appointments: dict[str, tuple[str, float]] = {}


def next_days(now: datetime) -> list[str]:
    """The next three days, such as `Mon 30 Nov`, short enough for a button."""
    days = [now + timedelta(days=ahead) for ahead in (1, 2, 3)]
    return [f"{day:%a} {day.day} {day:%b}" for day in days]


def free_times(day: str, now: float) -> list[str]:
    """What is free on a day. What was held ends by itself, should the chat hear of its time late."""
    return [time for time in TIMES if appointments.get(f"{day}, {time}", ("", 0))[1] <= now]


def hold(when: str, key: str, now: float) -> bool:
    """Hold an appointment for a day; the same key may hold it again, as an effect may be repeated."""
    holder, until = appointments.get(when, (key, 0))
    if holder == key or until <= now:
        appointments[when] = (key, now + DAY.total_seconds())
    return appointments[when][0] == key


def book(when: str, name: str) -> None:
    """Write a name into the calendar."""
    appointments[when] = (name, float("inf"))


def release(when: str, key: str) -> None:
    """Let somebody else have an appointment, unless they have it already."""
    if appointments[when][0] == key:
        del appointments[when]


def who_we_are(message: InboundMessage) -> MessageRequest | None:
    """Answer HELP; STOP, an emoji and a parcel service's SMS have no answer."""
    if str(message.get("text", "")).strip().lower() == "help":
        return reply_to(message, "This is Ada's bicycle shop. Write STOP for no more messages.")
    return None


@message_dialog(on_changed="Sorry, we have changed something. Once more, please.", others=who_we_are)
async def lambda_handler(chat: Chat) -> None:
    """Hold an appointment for a day, until the customer says in what name."""
    day = await chat.choose("Which day suits you?", next_days(chat.now(ZONE)))
    free = await chat.do(free_times, day, chat.now().timestamp())
    if not free:
        chat.say(f"Nothing is free on {day}. Write again for another day.")
        return
    time = await chat.choose(f"At what time on {day}?", free)
    when, key = f"{day}, {time}", chat.key
    if not await chat.do(hold, when, key, chat.now().timestamp()):
        chat.say("Somebody else was faster. Write again for another time.")
        return
    try:
        name = await chat.ask(f"{when} is yours until tomorrow. In what name?", within=DAY)
    except ChatEnded:  # a day is over, or they wrote STOP
        await chat.do(release, when, key)
        return
    await chat.do(book, when, name)
    chat.say(f"See you on {when}, {name}.")
    chat.send(sms(OWNER, f"{name} comes on {when}."))
