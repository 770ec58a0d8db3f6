"""Buttons, a list, a link, a flow, and a question where somebody is.

Source: Vonage guide "Working with WhatsApp Interactive Messages"; Meta, "Interactive reply buttons",
"Interactive list" and "Interactive call-to-action URL button messages" (2026), "Sending a Flow".
"""

from typing import Annotated, Any, Literal, Required

from switchboard.wire.content.whatsapp_custom.parts import Body, Footer, Header, LinkParameters, ReplyButton
from switchboard.wire.typed import Characters, Items, Open, TypedDict

# WhatsApp adds to its lists.
_open = Open(())


class Button(TypedDict):
    """A button of a message."""

    type: Literal["reply"]
    reply: ReplyButton


class Buttons(TypedDict):
    """Up to three buttons, no two with the same label."""

    buttons: Annotated[list[Button], Items(1, 3)]


class ButtonsMessage(TypedDict, total=False):
    """A text with buttons that answer it."""

    type: Required[Literal["button"]]
    header: Header
    body: Required[Body]
    footer: Footer
    action: Required[Buttons]


class Row(TypedDict, total=False):
    """A row of a list, and the `id` that comes back as that of a `reply`."""

    id: Required[Annotated[str, Characters(1, 200)]]
    title: Required[Annotated[str, Characters(1, 24)]]
    description: Annotated[str, Characters(1, 72)]


class Section(TypedDict, total=False):
    """Rows under a title, which a list of several sections needs."""

    title: Annotated[str, Characters(1, 24)]
    rows: Required[Annotated[list[Row], Items(1, 10)]]


class Rows(TypedDict):
    """Up to ten rows in all; `button` is what opens them."""

    button: Annotated[str, Characters(1, 20)]
    sections: Annotated[list[Section], Items(1, 10)]


class LongBody(TypedDict):
    """The text of a list, which may be longer than others."""

    text: Annotated[str, Characters(1, 4096)]


class ListMessage(TypedDict, total=False):
    """A text with a list to choose from; its header is a line."""

    type: Required[Literal["list"]]
    header: Header
    body: Required[LongBody]
    footer: Footer
    action: Required[Rows]


class Link(TypedDict):
    """A button that opens a page."""

    name: Literal["cta_url"]
    parameters: LinkParameters


class LinkMessage(TypedDict, total=False):
    """A text with a button that opens a page; nothing comes back of it."""

    type: Required[Literal["cta_url"]]
    header: Header
    body: Required[Body]
    footer: Footer
    action: Required[Link]


class FlowStart(TypedDict, total=False):
    """Where a flow begins: its first screen, and what that is given."""

    screen: Required[str]
    data: dict[str, Any]


class FlowParameters(TypedDict, total=False):
    """A flow by its `flow_id` or `flow_name`, and the label of the button that opens it, `flow_cta`.

    `flow_token` comes back with the answers. With the `flow_action` `navigate` it begins as
    `flow_action_payload` says; with `data_exchange` your endpoint is asked.
    """

    flow_message_version: str
    flow_id: str
    flow_name: str
    flow_cta: Required[Annotated[str, Characters(1)]]
    flow_token: str
    flow_action: Annotated[Literal["navigate", "data_exchange"], _open]
    flow_action_payload: FlowStart
    mode: Annotated[Literal["published", "draft"], _open]


class FlowAction(TypedDict):
    """A button that opens a flow."""

    name: Literal["flow"]
    parameters: FlowParameters


class FlowMessage(TypedDict, total=False):
    """A text with a button that opens a form; the answers come back as the `payload` of a `button`."""

    type: Required[Literal["flow"]]
    header: Header
    body: Required[Body]
    footer: Footer
    action: Required[FlowAction]


class SendLocation(TypedDict):
    """A button that sends where somebody is."""

    name: Literal["send_location"]


class LocationRequest(TypedDict):
    """A text that asks where somebody is; the answer is a message of the type `location`."""

    type: Literal["location_request_message"]
    body: Body
    action: SendLocation
