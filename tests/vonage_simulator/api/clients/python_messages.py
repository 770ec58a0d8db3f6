"""Each kind of message that the official Python SDK has; prints which were taken as JSON."""

# The SDK lives in an environment of its own, where mypy does not see it.
# mypy: disable-error-code="import-not-found, no-untyped-call"

import json
import sys

import vonage_messages as m
from vonage import Auth, HttpClientOptions, Vonage
from vonage_http_client.errors import HttpRequestError

given = json.load(sys.stdin)
options = HttpClientOptions(api_host=given["host"], rest_host=given["host"])
messages = Vonage(Auth(application_id=given["application"], private_key=given["key"]), options).messages

PHONES = {"to": "447700900123", "from_": "447700900000"}
NAMES = {"to": "447700900123", "from_": "Shop"}
FILE = {"url": "https://example.com/file"}
REPLY = m.RcsSuggestionReply(text="Yes", postback_data="yes")
TAP = {"text": "Tap", "postback_data": "tap"}
SUGGESTIONS = [
    REPLY,
    m.RcsSuggestionActionDial(phone_number="447700900000", **TAP),
    m.RcsSuggestionActionViewLocation(latitude="51.5", longitude="-0.1", pin_label="Here", **TAP),
    m.RcsSuggestionActionShareLocation(**TAP),
    m.RcsSuggestionActionOpenUrl(url="https://example.com", description="The shop", **TAP),
    m.RcsSuggestionActionOpenUrlWebview(
        url="https://example.com", description="The shop", view_mode="TALL", **TAP
    ),
    m.RcsSuggestionActionCreateCalendarEvent(
        start_time="2026-12-01T09:00:00Z",
        end_time="2026-12-01T10:00:00Z",
        title="Opening",
        description="Of the shop",
        fallback_url="https://example.com",
        **TAP,
    ),
]
BUTTONS = {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]}
INTERACTIVE = {"type": "button", "body": {"text": "Open today?"}, "action": BUTTONS}
CARD = m.RcsCard(title="Shop", text="Open today", media_url="https://example.com/a.jpg", suggestions=[REPLY])
TEMPLATE = m.WhatsappTemplateResource(name="shop:open", parameters=["today"])
VIDEO = m.ViberVideoResource(url="https://example.com/a.mp4", thumb_url="https://example.com/a.jpg")
SMS = m.Sms(text="Hello", client_ref="one", ttl=600, sms=m.SmsOptions(encoding_type="auto"), **PHONES)

sent = [
    SMS,
    m.MmsText(text="Hello", **PHONES),
    m.MmsImage(image=m.MmsResource(caption="A shop", **FILE), **PHONES),
    m.MmsVcard(vcard=m.MmsResource(**FILE), **PHONES),
    m.MmsAudio(audio=m.MmsResource(**FILE), **PHONES),
    m.MmsVideo(video=m.MmsResource(**FILE), **PHONES),
    m.MmsFile(file=m.MmsResource(**FILE), **PHONES),
    m.MmsContent(content=[m.MmsContentItemImage(**FILE), m.MmsContentItemVcard(**FILE)], **PHONES),
    m.RcsText(text="Hello", suggestions=SUGGESTIONS, **NAMES),
    m.RcsImage(image=m.RcsResource(**FILE), **NAMES),
    m.RcsVideo(video=m.RcsResource(**FILE), **NAMES),
    m.RcsFile(file=m.RcsResource(**FILE), **NAMES),
    m.RcsCardMessage(card=CARD, **NAMES),
    m.RcsCarouselMessage(
        carousel=m.RcsCarousel(cards=[CARD, CARD]), rcs=m.RcsOptionsCarousel(card_width="SMALL"), **NAMES
    ),
    m.RcsCustom(custom={"contentMessage": {}}, **NAMES),
    m.WhatsappText(text="Hello", context=m.WhatsappContext(message_uuid="a1b2"), **PHONES),
    m.WhatsappImage(image=m.WhatsappImageResource(**FILE), **PHONES),
    m.WhatsappAudio(audio=m.WhatsappAudioResource(**FILE), **PHONES),
    m.WhatsappVideo(video=m.WhatsappVideoResource(**FILE), **PHONES),
    m.WhatsappFile(file=m.WhatsappFileResource(name="a.pdf", **FILE), **PHONES),
    m.WhatsappTemplate(template=TEMPLATE, **PHONES),
    m.WhatsappSticker(sticker=m.WhatsappStickerId(id="a1b2"), **PHONES),
    m.WhatsappSticker(sticker=m.WhatsappStickerUrl(url="https://example.com/a.webp"), **PHONES),
    m.WhatsappCustom(custom={"type": "interactive", "interactive": INTERACTIVE}, **PHONES),
    m.MessengerText(text="Hello", messenger=m.MessengerOptions(category="response"), **PHONES),
    m.MessengerImage(image=m.MessengerResource(**FILE), **PHONES),
    m.MessengerAudio(audio=m.MessengerResource(**FILE), **PHONES),
    m.MessengerVideo(video=m.MessengerResource(**FILE), **PHONES),
    m.MessengerFile(file=m.MessengerResource(**FILE), **PHONES),
    m.ViberText(text="Hello", viber_service=m.ViberTextOptions(category="transaction", ttl=600), **NAMES),
    m.ViberImage(image=m.ViberImageResource(**FILE), **NAMES),
    m.ViberVideo(video=VIDEO, viber_service=m.ViberVideoOptions(duration="10", file_size="5"), **NAMES),
    m.ViberFile(file=m.ViberFileResource(**FILE), **NAMES),
]
found = {}
for message in sent:
    try:
        found[type(message).__name__] = bool(messages.send(message).message_uuid)
    except HttpRequestError as error:
        found[type(message).__name__] = error.response.text
found["failover"] = bool(messages.send(SMS, failover=[m.WhatsappText(text="Hello", **PHONES)]).message_uuid)
json.dump(found, sys.stdout)
