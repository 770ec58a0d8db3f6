"""Appointments with a reminder the evening before, answered by yes or no.

The words that people opt out with win over any question, so none of them may be an answer here: no STOP, and
for numbers of the United States and Canada no CANCEL, END or QUIT (docs/consent.md).
"""

from datetime import datetime, timedelta

from switchboard import Chat, message_dialog, sms

OWNER, ZONE = "447700900456", "Europe/London"
HOURS = [9, 14]
YES_OR_NO = {"Yes": True, "No": False}

# Whose each appointment is; here would be a calendar of your own, in a table.
appointments: dict[str, str] = {}


def free(now: str) -> dict[str, str]:
    """What is free in the next two days: when each is, by what it's called."""
    days = [datetime.fromisoformat(now) + timedelta(days=ahead) for ahead in (1, 2)]
    times = [day.replace(hour=hour, minute=0, second=0, microsecond=0) for day in days for hour in HOURS]
    named = {f"{time:%a} {time.day} {time:%b}, {time.hour}:00": time.isoformat() for time in times}
    return {name: at for name, at in named.items() if at not in appointments}


def until_the_evening_before(at: str, now: datetime) -> timedelta:
    """How long it is until six in the evening before an appointment; an hour at least."""
    evening = (datetime.fromisoformat(at) - timedelta(days=1)).replace(hour=18)
    return max(evening - now, timedelta(hours=1))


def is_to_come(appointment: dict[str, str], now: datetime) -> bool:
    """Whether there is an appointment that isn't over."""
    return bool(appointment) and datetime.fromisoformat(appointment["at"]) > now


def said(text: object) -> bool | None:
    """What a message says that is one of the answers alone."""
    return {"yes": True, "no": False}.get(str(text).strip(" .!").lower())


@message_dialog(on_changed="Sorry, we have changed something. Once more, please.")
async def lambda_handler(chat: Chat) -> None:
    """Make an appointment, remind of it, and ask whether the customer comes."""
    appointment: dict[str, str] = (await chat.person()).get("appointment", {})
    comes = None
    if is_to_come(appointment, chat.now(ZONE)):
        comes = said(chat.first.get("text"))  # a reminder may have been answered after its time
    else:
        times = await chat.do(free, chat.now(ZONE).isoformat())
        name = await chat.choose("When would you like to come?", list(times))
        appointment = {"name": name, "at": times[name]}
        if await chat.do(appointments.setdefault, appointment["at"], chat.customer) != chat.customer:
            chat.say("Somebody else was faster. Write again for another time.")
            return
        await chat.person(appointment=appointment)
        wait = until_the_evening_before(appointment["at"], chat.now(ZONE))
        await chat.ask(f"See you on {name}. We'll remind you.", within=wait, default=None)
    if comes is None:
        question = f"Your appointment is on {appointment['name']}. Will you come?"
        comes = await chat.choose(question, YES_OR_NO, within=timedelta(hours=12), default=None)
    if comes:
        chat.say(f"Thank you. See you on {appointment['name']}.")
    elif comes is False:
        await chat.do(appointments.pop, appointment["at"], None)
        await chat.person(appointment=None)
        chat.say("What a pity. Write again for another time.")
    answer = {True: "comes", False: "doesn't come", None: "hasn't said whether they come"}[comes]
    chat.send(sms(OWNER, f"{chat.customer} {answer} on {appointment['name']}."))
