"""What a number's update makes of its settings.

Source: Vonage Numbers API reference (1.1.0). The official CLI (3.2.1) unlinks a number by an update with all
that it read, `voiceCallbackType: app` included, but no `app_id`. So an update replaces, and that callback
follows the link; switches let an update change only what it names, and the callback link as it did of old.
"""

from vonage_simulator.account.account import Account
from vonage_simulator.api.problems import ErrorCodeError
from vonage_simulator.types import Json

CALLBACK = ("voiceCallbackType", "voiceCallbackValue")
IDENTITY = ("country", "msisdn", "type", "features")
SETTINGS = (
    "moHttpUrl",
    "moSmppSysType",
    "voiceStatusCallback",
    "messagesCallbackType",
    "messagesCallbackValue",
)


def updated(number: Json, form: Json, account: Account) -> Json:
    """The number after an update by this form.

    Raises:
        ErrorCodeError: 420, for half a callback, an unknown kind of it, or an unknown application.
    """
    if account.switches.number_update == "merge":
        form = {**_changeable(number), **form}
    form = _without_echo(form, number, account)
    identity = {name: number[name] for name in IDENTITY}
    settings = {name: form[name] for name in SETTINGS if form.get(name)}
    return {**identity, **settings, **_voice_callback(form), **_link(form, account)}


def _changeable(number: Json) -> Json:
    """The settings so far, save the callback that is but a link: it follows from `app_id`."""
    callback = () if number.get("voiceCallbackType") == "app" else CALLBACK
    return {name: number[name] for name in (*SETTINGS, "app_id", *callback) if name in number}


def _without_echo(form: Json, number: Json, account: Account) -> Json:
    """The form without the callback that only repeats the present link: of itself it keeps nothing."""
    repeats = (form.get("voiceCallbackType"), form.get("voiceCallbackValue")) == ("app", number.get("app_id"))
    if account.switches.app_callback == "links" or "app_id" in form or not repeats:
        return form
    return {name: value for name, value in form.items() if name not in CALLBACK}


def _voice_callback(form: Json) -> Json:
    kind, value = form.get("voiceCallbackType"), form.get("voiceCallbackValue")
    if bool(kind) != bool(value) or kind not in {None, "", "sip", "tel", "app"}:
        raise ErrorCodeError(420, "method failed")
    return {"voiceCallbackType": kind, "voiceCallbackValue": value} if kind else {}


def _link(form: Json, account: Account) -> Json:
    is_app = form.get("voiceCallbackType") == "app"  # the older way to link
    application_id = form.get("app_id", form.get("voiceCallbackValue") if is_app else None)
    if application_id is None or (application_id == "" and account.switches.empty_app_id == "unlink"):
        return {}
    if application_id not in account.applications:
        raise ErrorCodeError(420, "method failed")
    callback = {"voiceCallbackType": "app", "voiceCallbackValue": application_id}
    return {"app_id": application_id, **({} if "voiceCallbackType" in form else callback)}
