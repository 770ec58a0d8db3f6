"""The console in a real browser: what a person clicks, types and sees."""

import json
import re
import threading
import time

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.conftest import PATIENCE_MS
from tests.samples import sample
from tests.vonage_simulator.api.test_voice_api import bearer
from tests.vonage_simulator.customer import CALLEE, CALLER, NUMBER, Customer, connect, ncco, talk
from tests.vonage_simulator.mistakes import MISTAKES, REFUSED, Mistake
from vonage_simulator.account.account import UNKNOWN_NUMBER
from vonage_simulator.console.messages import CUSTOMER
from vonage_simulator.testing.endpoint import Answer, Incoming
from vonage_simulator.vonage import Vonage

MENU = ncco(
    talk("Press a key.", bargeIn=True),
    {"action": "input", "type": ["dtmf", "speech"], "dtmf": {"maxDigits": 1, "timeOut": 10}},
)


def place_call(page: Page) -> None:
    page.get_by_role("button", name="Call", exact=True).click()


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("log", name="What is said")).to_contain_text(words)


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_call_placed_by_clicking_is_heard_and_ended(console: Page, customer: Customer) -> None:
    customer.on("answer", ncco(talk("Good morning."), {"action": "wait", "timeout": 30}))

    place_call(console)
    said(console, "Good morning.")
    console.get_by_role("button", name="Hang up").click()

    expect(console.locator(".line-state")).to_contain_text("Ended after")
    assert customer.bodies("event")[-1]["disconnected_by"] == "user"


def test_pressed_key_reaches_the_application(console: Page, customer: Customer) -> None:
    customer.on("answer", MENU).on("event", by_key)

    place_call(console)
    console.get_by_text("Listening to you").wait_for()
    console.get_by_role("button", name="Key 2").click()

    said(console, "You pressed 2.")


def test_keys_of_the_keyboard_are_keys_of_the_phone(console: Page, customer: Customer) -> None:
    customer.on("answer", MENU).on("event", by_key)

    console.get_by_label("Call", exact=True).press("Enter")
    console.get_by_text("Listening to you").wait_for()
    console.locator("body").press("7")

    said(console, "You pressed 7.")


def test_typed_words_are_speech(console: Page, customer: Customer) -> None:
    customer.on("answer", MENU).on("event", by_words)

    place_call(console)
    console.get_by_text("Listening to you").wait_for()
    console.get_by_placeholder("Say something").fill("opening hours")
    console.get_by_placeholder("Say something").press("Enter")

    said(console, "You said opening hours.")


def test_key_that_nothing_listens_for_is_said_so(console: Page, customer: Customer) -> None:
    customer.on("answer", ncco(talk("One moment."), {"action": "wait", "timeout": 30}))

    place_call(console)
    said(console, "One moment.")
    console.get_by_role("button", name="Key 1").click()

    said(console, "Nothing listens for keys")


def test_callee_is_heard(console: Page, customer: Customer) -> None:
    customer.on("answer", ncco(connect()))

    place_call(console)

    said(console, f"Connected with {CALLEE}")
    said(console, "Hello?")


def test_three_legs_a_menu_speech_and_voicemail_by_hand(
    console: Page, vonage: Vonage, customer: Customer
) -> None:
    def listen(kind: str, path: str) -> dict[str, object]:
        return {"action": "input", "type": [kind], "eventUrl": [f"{customer.url}/{path}"]}

    voicemail = {"action": "record", "endOnKey": "#", "eventUrl": [f"{customer.url}/voicemail"]}
    second = connect("447700900777", eventType="synchronous", timeout=3)
    customer.on(
        "answer", ncco({"action": "record"}, talk("Press one.", bargeIn=True), listen("dtmf", "menu"))
    )
    customer.on("menu", ncco(talk("Which department?"), listen("speech", "department")))
    customer.on(
        "department", ncco(connect(eventType="synchronous"), second, talk("Leave a message."), voicemail)
    )
    brief = {
        CALLEE: {"picks": "answer", "after_s": 0.2, "steps": [{"say": "Wrong number."}, {"hang_up": True}]}
    }
    httpx.post(f"{vonage.url}/_simulator/callees", json=brief, trust_env=False).raise_for_status()

    place_call(console)
    said(console, "Press one.")
    console.get_by_role("button", name="Key 1").click()
    console.get_by_role("button", name="Key #").click()
    said(console, "Which department?")
    console.get_by_text("Listening to you").wait_for()
    console.get_by_placeholder("Say something").fill("sales")
    console.get_by_placeholder("Say something").press("Enter")
    said(console, "Wrong number.")
    said(console, "Leave a message.")
    expect(console.locator(".line-state")).to_have_text("Recording")
    console.get_by_role("button", name="Key #").click()

    expect(console.locator(".line-state")).to_contain_text("Ended after")
    rang_in_vain = [body["to"] for body in customer.bodies("event") if body.get("status") == "timeout"]
    assert rang_in_vain == ["447700900777"]
    assert len(customer.bodies("voicemail")) == 1


def test_failed_answer_is_shown_with_its_retry_and_fallback(console: Page, customer: Customer) -> None:
    customer.on("answer", Answer(503)).on("fallback", ncco(talk("Sorry about that.")))

    place_call(console)
    said(console, "Sorry about that.")

    attempts = console.locator("section.card").first.locator("details.entry.again")
    expect(attempts).to_have_count(2)
    expect(attempts.nth(0)).to_contain_text("retry")
    expect(attempts.nth(0)).to_contain_text("503")
    expect(attempts.nth(1)).to_contain_text("fallback")
    expect(attempts.nth(1)).to_contain_text("200")


def test_rejected_ncco_is_marked_where_it_is_wrong(console: Page, customer: Customer) -> None:
    customer.on("answer", ncco(talk("Fine."), {"action": "talk"})).on("fallback", ncco(talk("Bye.")))

    place_call(console)
    said(console, "Bye.")

    wrong = console.locator("section.card").first.locator(".ncco li.wrong")
    expect(wrong).to_have_count(1)
    expect(wrong.locator(".problem")).to_have_text("action 2 (talk): text is missing")


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
@pytest.mark.parametrize("status", [204, 500])
def test_mistake_of_a_flow_is_red_and_told_whatever_its_status(
    console: Page, customer: Customer, mistake: Mistake, status: int
) -> None:
    customer.on("answer", ncco(talk("Hi."))).on("event", mistake.reply(status))

    place_call(console)
    said(console, "Hi.")

    card = console.locator("section.card").first
    happened = card.locator(".moment").filter(has_text="voice.started").first
    expect(happened.locator("details.tone-bad .outcome")).to_have_text(str(status))
    told = happened.locator(".troubles li.bad")
    expect(told).to_be_visible()  # without opening anything
    assert [line.strip() for line in told.inner_text().splitlines()] == mistake.lines
    expect(card.locator(".count.bad")).to_contain_text("problem")


def test_mistake_over_a_message_is_told_though_it_was_taken(console: Page, customer: Customer) -> None:
    customer.on("inbound", MISTAKES["exception"].reply(200))
    open_tab(console, "Messages")
    console.get_by_placeholder("Write as the customer").fill("Are you open?")
    console.get_by_role("button", name="Send").click()

    expect(console.locator(".receipt.mine")).to_contain_text("taken, but FlowFailed: KeyError: '7'")
    card = console.locator("section.card").first
    expect(card.locator("details.tone-bad")).to_contain_text("messages.inbound")
    expect(card.locator(".troubles li.bad")).to_contain_text("FlowFailed: KeyError: '7'")


def test_what_is_doubtful_is_amber(console: Page, customer: Customer) -> None:
    customer.on("answer", ncco(talk("Hi.", bargein=True))).on("event", REFUSED.reply(503))

    place_call(console)
    said(console, "Hi.")

    card = console.locator("section.card").first
    expect(card.locator("details.tone-warn")).to_contain_text("voice.answer")
    doubt = "action 1 (talk): bargein is not a field; did you mean bargeIn?"
    expect(card.locator(".problem:not(.rejected)")).to_have_text(doubt)
    expect(card.locator(".troubles li:not(.bad)").first).to_have_text("Refused: stale")


@pytest.mark.parametrize(
    ("what", "tone"), [("not started", "bad"), ("not reloaded", "bad"), ("reloaded", "good")]
)
def test_saved_code_is_green_only_when_it_runs(console: Page, vonage: Vonage, what: str, tone: str) -> None:
    vonage.journal.add("code", vonage.clock.timestamp(), what=what, text="EventFunction can't start")

    expect(console.locator(f".told.tone-{tone}")).to_contain_text(f"{what} EventFunction can't start")


def test_user_of_the_client_sdk_calls_by_name(console: Page, customer: Customer) -> None:
    customer.on("answer", ncco(talk("Hello, Alice.")))

    console.get_by_label("You are").fill("alice")
    place_call(console)
    said(console, "Hello, Alice.")

    assert customer.bodies("answer")[0]["from_user"] == "alice"


def test_call_that_leads_nowhere_says_why(console: Page) -> None:
    console.get_by_label("Call", exact=True).fill("447700900777")
    place_call(console)

    said(console, "447700900777 is not a number of this account")
    console.get_by_label("Problems only").check()
    expect(console.locator(".told.tone-bad")).to_contain_text("447700900777 is not a number of this account")


def test_call_that_the_application_does_not_answer_says_why(console: Page, customer: Customer) -> None:
    customer.on("answer", Answer(500))
    place_call(console)

    said(console, "neither answer_url nor fallback_answer_url gave an NCCO")
    told = f"{CALLER} is not answered: neither answer_url"
    expect(console.locator("section.card .told", has_text=told)).to_be_visible()


def test_number_that_nobody_answers_for_rings_here(console: Page, vonage: Vonage, customer: Customer) -> None:
    customer.on("answer", ncco(connect("447700900777")))
    call = {"from": "447700900555", "to": NUMBER, "wait": False}
    httpx.post(f"{vonage.url}/_simulator/calls", json=call, trust_env=False).raise_for_status()

    console.get_by_role("button", name="Answer").click()

    expect(console.locator(".line-state")).to_have_text("Connected")
    console.get_by_role("button", name="Hang up").click()
    expect(console.locator(".line-state")).to_contain_text("Ended")


def test_message_arrives_and_is_answered(console: Page, vonage: Vonage, customer: Customer) -> None:
    customer.on("inbound", Answer(200))
    open_tab(console, "Messages")

    console.get_by_placeholder("Write as the customer").fill("Are you open?")
    console.get_by_role("button", name="Send").click()
    expect(console.locator(".receipt.mine")).to_contain_text("taken")
    reply = {"channel": "sms", "message_type": "text", "text": "Until six."}
    parties = {"from": NUMBER, "to": customer.bodies("inbound")[0]["from"]}
    sent = httpx.post(
        f"{vonage.url}/v1/messages", json=reply | parties, auth=vonage.credentials, trust_env=False
    )

    assert sent.status_code == 202
    expect(console.locator(".bubble.theirs").get_by_text("Until six.")).to_be_visible()
    expect(console.locator(".receipt.theirs")).to_contain_text("delivered")


def test_message_that_cannot_be_sent_is_given_back_with_the_reason(console: Page) -> None:
    open_tab(console, "Messages")
    console.get_by_label("Writes to").fill("447700900888")
    composer = console.get_by_placeholder("Write as the customer")
    composer.fill("Are you open?")
    composer.press("Enter")

    expect(console.get_by_role("alert").filter(has_text="447700900888")).to_be_visible()
    expect(composer).to_have_value("Are you open?")


def test_message_that_cannot_be_delivered_is_red_and_among_the_problems(
    console: Page, vonage: Vonage, customer: Customer
) -> None:
    customer.on("status", Answer(200))
    message = {
        "channel": "sms",
        "message_type": "text",
        "text": "Hello?",
        "from": NUMBER,
        "to": UNKNOWN_NUMBER,
    }
    httpx.post(f"{vonage.url}/v1/messages", json=message, auth=vonage.credentials, trust_env=False)

    failed = console.locator(".told.tone-bad", has_text="undeliverable")
    expect(failed).to_be_visible()
    console.get_by_label("Problems only").check()
    expect(failed).to_be_visible()
    expect(console.locator(".card .count.bad")).to_have_text("1 problem")


@pytest.mark.parametrize("name", ["Phone", "Timeline"])
def test_panel_is_named_by_its_words_alone(console: Page, name: str) -> None:
    expect(console.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()


def test_customer_sends_a_picture_by_whatsapp(console: Page, customer: Customer) -> None:
    customer.on("inbound", Answer(200))
    open_tab(console, "Messages")
    console.get_by_label("Channel").select_option("whatsapp")
    console.get_by_label("Type").select_option("image")

    console.get_by_placeholder("of the image").fill("https://shop.example/shelf.jpg")
    console.get_by_role("button", name="Send").click()

    expect(console.locator(".bubble.mine")).to_have_text("image https://shop.example/shelf.jpg")
    assert customer.bodies("inbound")[0]["image"] == {"url": "https://shop.example/shelf.jpg"}


def sent(console: Page, vonage: Vonage, customer: Customer, name: str, **changes: object) -> Locator:
    """Send a sample to the customer, from the account; what is to be seen of it beside its words."""
    customer.on("inbound", Answer(200)).on("status", Answer(200))
    message = {**sample(f"command_{name}")["detail"], **changes}
    accepted = httpx.post(
        f"{vonage.url}/v1/messages", json=message, headers=bearer(customer), trust_env=False
    )
    assert accepted.status_code == 202, accepted.text
    open_tab(console, "Messages")
    console.locator(".thread").first.click()
    return console.locator(".seen")


def shop_says(vonage: Vonage, text: str) -> None:
    """Write to the customer by WhatsApp."""
    parties = {"channel": "whatsapp", "from": NUMBER, "to": CUSTOMER}
    message = {**parties, "message_type": "text", "text": text}
    httpx.post(
        f"{vonage.url}/v1/messages", json=message, auth=vonage.credentials, trust_env=False
    ).raise_for_status()


def tapped(customer: Customer) -> dict[str, object]:
    """The members of the inbound message that came of a tap."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not customer.bodies("inbound") and time.monotonic() < deadline:
        time.sleep(0.01)
    (message,) = customer.bodies("inbound")
    return {name: message[name] for name in ("channel", "message_type", message["message_type"])}


def test_tapped_button_comes_as_a_reply(console: Page, vonage: Vonage, customer: Customer) -> None:
    seen = sent(console, vonage, customer, "whatsapp_custom_list")
    expect(seen).to_have_text(
        re.compile("Opening hours.*Days.*This week.*Monday.*From 9 am to 5 pm.*Tuesday", re.DOTALL)
    )

    seen.get_by_role("button", name="Monday").click()

    expect(console.locator(".receipt.mine")).to_contain_text("taken")
    reply = {"id": "mon", "title": "Monday", "description": "From 9 am to 5 pm"}
    assert tapped(customer) == {"channel": "whatsapp", "message_type": "reply", "reply": reply}


def press(console: Page, target: Locator) -> None:
    """Hold the mouse's button down on something; `console.mouse.up()` lets go."""
    target.hover()
    console.mouse.down()


def test_thread_opens_though_a_message_arrives_while_it_is_pressed(
    console: Page, vonage: Vonage, customer: Customer
) -> None:
    customer.on("status", Answer(200))
    open_tab(console, "Messages")
    shop_says(vonage, "Yes.")
    thread = console.locator(".thread").first

    press(console, thread)
    shop_says(vonage, "Until six.")
    expect(thread).to_contain_text("Until six.")
    console.mouse.up()

    expect(thread).to_have_attribute("aria-current", "true")
    expect(console.locator(".bubble.theirs")).to_have_text(["Yes.", "Until six."])


def test_tap_counts_though_its_message_is_delivered_while_it_is_pressed(
    console: Page, vonage: Vonage, customer: Customer
) -> None:
    seen = sent(console, vonage, customer, "whatsapp_custom_list")

    press(console, seen.get_by_role("button", name="Monday"))
    expect(console.locator(".receipt.theirs")).to_contain_text("delivered")
    console.mouse.up()

    assert tapped(customer)["message_type"] == "reply"


def test_carousel_has_its_pictures_and_buttons_and_reads_as_json(
    console: Page, vonage: Vonage, customer: Customer
) -> None:
    addresses: list[str] = []
    console.on("request", lambda request: addresses.append(request.url))
    here = {"title": "Here", "text": "9 am", "media_url": f"{vonage.url}/favicon.ico"}
    book = {"type": "dial", "text": "Book", "postback_data": "book-2", "phone_number": NUMBER}
    far = {"title": "Far", "text": "10 am", "media_url": "https://example.com/b.jpg", "suggestions": [book]}
    # A sender's name reaches nobody here, so the number is one of the account's.
    changes = {"carousel": {"cards": [here, far]}, "from": NUMBER}

    cards = sent(console, vonage, customer, "rcs_carousel", **changes).locator(".card-shown")
    expect(console.locator(".receipt.theirs")).to_contain_text("delivered")  # drawn for the last time
    picture = cards.filter(has_text="9 am").locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(cards.filter(has_text="10 am").locator("summary")).to_contain_text("https://example.com/b.jpg")
    assert [url for url in addresses if "example.com" in url] == []

    console.get_by_text("JSON", exact=True).click()
    expect(console.locator(".as-json pre")).to_contain_text('"postback_data": "book-2"')
    cards.get_by_role("button", name="Book").click()

    button = {"payload": "book-2", "text": "Book"}
    assert tapped(customer) == {"channel": "rcs", "message_type": "button", "button": button}


def test_flow_is_readable_and_its_answers_can_be_given(
    console: Page, vonage: Vonage, customer: Customer
) -> None:
    seen = sent(console, vonage, customer, "whatsapp_custom_flow")
    expect(seen.get_by_role("button", name="Book")).to_be_disabled()
    console.get_by_text("JSON", exact=True).click()
    expect(console.locator(".as-json pre")).to_contain_text('"flow_token": "EXAMPLE"')
    expect(console.locator(".receipt.theirs")).to_contain_text("delivered")
    expect(console.locator(".as-json pre")).to_be_visible()  # though the message changed

    console.get_by_label("Type").select_option("button")
    console.get_by_placeholder("Its payload").fill('{"flow_token": "EXAMPLE", "seats": 2}')
    console.get_by_role("button", name="Send").click()

    button = {"payload": {"flow_token": "EXAMPLE", "seats": 2}, "subtype": "nfm_reply"}
    assert tapped(customer) == {"channel": "whatsapp", "message_type": "button", "button": button}


def test_timeline_is_in_the_order_in_which_things_began(console: Page, customer: Customer) -> None:
    heard = threading.Event()

    def slowly(_incoming: Incoming) -> Answer:
        heard.wait(PATIENCE_MS / 1000)
        return Answer(204)

    words = [talk("A second passes."), talk("Here we are.")]
    customer.on("answer", ncco(*words, {"action": "wait", "timeout": 30})).on("event", slowly)

    place_call(console)
    said(console, "Here we are.")
    heard.set()

    card = console.locator("section.card").first
    expect(card.locator("details.entry").filter(has_text="answered")).to_be_visible()
    offsets = [float(words.removesuffix(" s")) for words in card.locator(".offset").all_inner_texts()]
    assert offsets == sorted(offsets)


def test_webhook_is_replayed_against_the_present_code(console: Page, customer: Customer) -> None:
    customer.on("answer", ncco(talk("Old words.")))
    place_call(console)
    said(console, "Old words.")
    customer.on("answer", ncco(talk("New words.")))

    answer = console.locator("section.card").first.locator("details.entry").filter(has_text="answer").first
    answer.locator("summary").click()
    answer.get_by_role("button", name="Replay").click()

    replayed = console.locator("section.card").first.locator(".ncco.again")
    expect(replayed).to_contain_text("New words.")


def test_injected_fault_hits_the_next_call(console: Page, customer: Customer) -> None:
    customer.on("answer", ncco(talk("Hi."))).on("fallback", ncco(talk("Sorry.")))
    open_tab(console, "Faults")
    console.get_by_role("button", name="Switch on").first.click()
    expect(console.locator(".waiting")).to_contain_text("Answer")

    open_tab(console, "Phone")
    place_call(console)

    said(console, "Sorry.")
    expect(console.locator("section.card").first).to_contain_text("injected fault")


def test_faults_that_others_switch_on_and_clear_are_shown(console: Page, vonage: Vonage) -> None:
    open_tab(console, "Faults")
    fault = {"webhook": "answer", "drop": True}
    httpx.post(f"{vonage.url}/_simulator/faults", json=fault, trust_env=False).raise_for_status()
    expect(console.locator(".waiting")).to_contain_text("Never sent")

    httpx.delete(f"{vonage.url}/_simulator/faults", trust_env=False).raise_for_status()

    expect(console.locator(".waiting")).to_contain_text("Nothing goes wrong")


def test_filters_leave_what_was_asked_for(console: Page, customer: Customer) -> None:
    customer.on("answer", Answer(500)).on("fallback", ncco(talk("Sorry.")))
    place_call(console)
    said(console, "Sorry.")
    entries = console.locator("section.card").first.locator("details.entry:visible")

    console.get_by_text("Problems only").click()

    expect(entries).to_have_count(2)
    console.get_by_placeholder("Search").fill("no such words")
    expect(console.get_by_text("Nothing here yet")).to_be_visible()


def test_account_shows_applications_numbers_and_key_fingerprints(console: Page, customer: Customer) -> None:
    open_tab(console, "Account")

    account = console.locator(".account")
    expect(account).to_contain_text(customer.application["id"])
    expect(account).to_contain_text("SHA256:")
    expect(account).to_contain_text("linked to shop")
    expect(account).not_to_contain_text("PRIVATE")


def test_nothing_is_loaded_from_elsewhere(console: Page, vonage: Vonage) -> None:
    addresses: list[str] = []
    console.on("request", lambda request: addresses.append(request.url))

    console.reload()
    console.get_by_role("button", name="Call", exact=True).wait_for()

    assert [url for url in addresses if not url.startswith((vonage.url, "data:"))] == []


def test_narrow_screen_shows_one_panel_at_a_time_without_scrolling_sideways(narrow: Page) -> None:
    for tab in ("Phone", "Messages", "Account", "Faults", "Timeline"):
        open_tab(narrow, tab)
        expect(narrow.locator(".panel:visible")).to_have_count(1)
        assert narrow.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_other_sites_cannot_open_the_console_s_socket(vonage: Vonage, origin: str) -> None:
    address = f"{vonage.url}/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    refused = httpx.get(address, headers={"Origin": origin}, trust_env=False)
    assert refused.status_code == 400


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:4651.evil.example"])
def test_console_answers_to_loopback_names_alone(vonage: Vonage, host: str) -> None:
    rebound = httpx.get(f"{vonage.url}/", headers={"Host": host}, trust_env=False)
    assert rebound.status_code == 400


def by_key(incoming: Incoming) -> Answer:
    digits = json.loads(incoming.body).get("dtmf", {}).get("digits")
    return ncco(talk(f"You pressed {digits}.")) if digits else Answer(204)


def by_words(incoming: Incoming) -> Answer:
    results = json.loads(incoming.body).get("speech", {}).get("results")
    return ncco(talk(f"You said {results[0]['text']}.")) if results else Answer(204)
