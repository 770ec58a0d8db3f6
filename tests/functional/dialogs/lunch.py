"""A lunch is ordered: the chat of docs/chats.md."""

from datetime import timedelta

from switchboard import Chat, ChatEnded, message_dialog, sms

KITCHEN = "447700900456"
orders: list[str] = []  # here would be a system of your own


def order(dish: str, name: str) -> int:
    """Order a dish; its number."""
    orders.append(f"{dish} for {name}")
    return len(orders)


def cancel(number: int) -> None:
    """Cancel an order."""
    orders[number - 1] = "cancelled"


@message_dialog(on_changed="Sorry, we have changed something. Once more, please.")
async def lambda_handler(chat: Chat) -> None:
    """Take an order, and tell the kitchen."""
    dish = await chat.choose("What would you like today?", ["Soup", "Curry", "Salad"])
    name = await chat.ask("In what name?")
    number = await chat.do(order, dish, name)
    try:
        is_sure = await chat.choose(
            f"{dish} for {name}, is that right?", {"Yes": True, "No": False}, within=timedelta(hours=1)
        )
    except ChatEnded:  # they wrote STOP, or nothing
        await chat.do(cancel, number)
        return
    if is_sure:
        chat.say(f"See you at noon. Your number is {number}.")
        chat.send(sms(KITCHEN, f"{number}: {dish} for {name}"))
    else:
        await chat.do(cancel, number)
        chat.say("Another time, then.")
