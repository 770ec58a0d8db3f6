"""The browser's own controls, made from Python: forms, fields, choices, buttons and tabs.

They keep what browsers are good at: Enter sends a form, Tab reaches everything, labels are read aloud.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

Sent = dict[str, str]

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)

SEND_FIELDS = "(event) => { event.preventDefault(); emit(Object.fromEntries(new FormData(event.target))); }"


def shown(template: str, **values: object) -> str:
    """A template's HTML; every value is escaped."""
    return TEMPLATES.get_template(template).render(values)


def html(template: str, **values: object) -> ui.html:
    """An element with a template's HTML."""
    return ui.html(shown(template, **values), sanitize=False)


@contextmanager
def form(on_submit: Callable[[Sent], None], classes: str = "form") -> Iterator[Element]:
    """A form; its fields are sent as a dictionary."""

    def submit(event: GenericEventArguments) -> None:
        on_submit({name: value.strip() for name, value in event.args.items()})

    with ui.element("form").classes(classes).props("autocomplete=off") as element:
        element.on("submit", submit, js_handler=SEND_FIELDS)
        yield element


def field(name: str, label: str, value: str = "", *, label_shown: bool = True, props: str = "") -> Element:
    """A labelled line of text. The element is the `<input>`."""
    with ui.element("label").classes("field"):
        text(label, classes="label" if label_shown else "visually-hidden")
        control = ui.element("input").props(f'name="{name}" {props}').classes("input")
        control.props["defaultValue"] = value  # `value` would be put back whenever the page changes
    return control


def choice(name: str, label: str, options: Mapping[str, str], chosen: str = "") -> Element:
    """A labelled drop-down list of words by value. The element is the `<select>`."""
    with ui.element("label").classes("field"):
        text(label, classes="label")
        control = ui.element("select").props(f'name="{name}"').classes("input")
    offer(control, options, chosen)
    return control


def offer(control: Element, options: Mapping[str, str], chosen: str = "") -> None:
    """Put these words by value into a drop-down list, in place of what it offered."""
    control.clear()
    with control:
        for value, words in options.items():
            option = text(words, tag="option")
            option.props["value"] = value
            option.props["selected"] = value == chosen


def button(
    words: str, *, icon: str = "", classes: str = "button", sends: bool = False, label: str = ""
) -> Element:
    """A button; `sends` makes it its form's own, `label` names it where an icon stands alone."""
    with ui.element("button").classes(classes).props(f'type="{"submit" if sends else "button"}"') as element:
        if label:
            element.props(f'aria-label="{label}" title="{label}"')
        if icon:
            text(icon, tag="i", classes="icon").props('aria-hidden="true"')
        if words:
            text(words)
    return element


def text(words: str, *, tag: str = "span", classes: str = "") -> TextElement:
    """Some words, never read as HTML."""
    return TextElement(tag=tag, text=words).classes(classes)


def empty(form_element: Element) -> None:
    """Put a form's fields back to what they were at first."""
    form_element.client.run_javascript(f"getHtmlElement({form_element.id}).reset()")
