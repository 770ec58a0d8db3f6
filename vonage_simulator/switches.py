"""What is not known for certain about Vonage: one named switch each, with the assumption we made."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from switchboard.wire.violations import violations_in

Retried = Literal["any", "transient", "never"]
Second = Literal["sliding", "of_the_clock"]


@dataclass(frozen=True, kw_only=True)
class Switches:
    """How the simulator behaves where no source settles it, or sources disagree.

    `docs/simulator.md` says what each value does. The first value of each is the assumption.

    Attributes:
        application_put: a PUT replaces the whole document, or only the members it names.
        put_without_keys: a PUT that names no key keeps the public key, or makes a new pair.
        unknown_fields: a field the reference does not list, such as the older `connection_timeout`, is
            dropped, kept or refused with a 400.
        unset_fallback: an unset `fallback_answer_url` is absent, or reads back with an empty address.
        unlink_on_application_delete: deleting an application unlinks its numbers.
        number_update: an update replaces a number's settings, so one without `app_id` unlinks it, or changes
            only what it names.
        app_callback: `voiceCallbackType=app` with the present link, but no `app_id`, follows the link, so the
            update unlinks; or links, as of old.
        empty_app_id: `app_id=` in a number's update unlinks it, or fails with 420.
        no_numbers: a list without numbers is `{}`, or has `count` 0 and an empty array.
        sms_setting: which API the account's SMS go to, set in Vonage's dashboard.
        call_links: the links from one page of calls to others name the host, or begin with the path.
        leg_uuid: the id of a leg, 32 hex digits or with dashes.
        event_retry: a plain voice event is sent once more after any failure; only after a timeout, a lost
            connection, 429, 502, 503 or 504; or never.
        rtc_retry: likewise an RTC event.
        message_retry: a message webhook is sent again after 429, 5xx and timeouts, or after any failure.
        voice_retry_pause_s: seconds before the second attempt of a voice webhook.
        verify_retry: a webhook of a verification is sent again, as long as a message's, after any failure, or
            after 429, 5xx and timeouts.
        silent_auth: a phone that is to be recognised silently has no mobile data, so the next channel has its
            turn after a minute; or its network isn't supported, which is a 412.
        cancel_verification: a verification can be cancelled 30 seconds after its start, during the first
            channel; or at any time.
        retry_signature: a retry is signed again, or comes with the token of the first attempt.
        redirects: a redirect is a failure, or followed.
        hash_on_get: what `payload_hash` covers of a nested value in a GET webhook: its JSON text, or itself.
        custom_data_on_get: one parameter of JSON text, or one for each member: `custom_data[name]`.
        non_ncco_event_reply: JSON that isn't an array, in reply to an event that may return an NCCO, is
            ignored or counts as a failure.
        text_for_number: a number or boolean given as a text is taken for what it stands for, or refused.
        number_for_text: a number or boolean given for a text is taken as its text, or refused.
        connect_timeout: how long a `connect` may ring: 1 to 7200 seconds, as either edition of the reference
            has it; 1 to 120 by the newest one; 3 to 7200 by the older one.
        input_without_type: an `input` without `type` takes what its settings are for, or is refused.
        older_input_event: `dtmf` of the event after an `input` of the older form is a text, or an object.
        text_plain_ncco: an NCCO that is served as text/plain is taken, or refused.
        empty_digits: `dtmf.digits` when nobody pressed a key, an empty text or null.
        confidence: of a speech result, a text or a number.
        foreign_caller_id: a phone that is connected `from` a number which is neither the account's nor the
            calling phone's sees an unknown caller, or is not connected.
        hung_up_recording: the event of a recording that waits for a stop, when the caller hangs up instead,
            comes before `completed`, after it, or not at all.
        unreachable_websocket: the status of a leg whose WebSocket cannot be connected.
        disconnected_event: a WebSocket that its server closes is reported always, or only of a `connect` with
            `eventType: synchronous`.
        withheld_caller: the `from` of a caller who withholds the number.
        whatsapp_custom: a `custom` message by WhatsApp that isn't as WhatsApp has them is taken, or refused.
        rcs_action: what comes of a tap on a suggestion of RCS that isn't a reply, a `button` or a `reply`.
        sms_message_type: whether an inbound SMS has a `message_type`.
        rtc_ids: whether an RTC event has `conversation_id` and `application_id`.
        blocked_status: a message to somebody who has opted out is accepted, and then `rejected` or
            `undeliverable`, with the error 1240.
        suppressed_mail: a mail to an address that bounced before is `rejected` or `undeliverable`.
        mail_attachments: the files of a customer's mail are parts of `content`, as an MMS's are; base64 in
            `attachments`; or left out.
        sender_limits: the API's limit is the only one, or a US long number may besides send 1 SMS a second.
        rate_second: which second a limit is for: any that has passed, or each of a clock.
        rate_limits: the limits per second are enforced. Off by default: most tests want speed.
    """

    application_put: Literal["replace", "merge"] = "replace"
    put_without_keys: Literal["keep", "rotate"] = "keep"
    unknown_fields: Literal["drop", "keep", "refuse"] = "drop"
    unset_fallback: Literal["absent", "empty"] = "absent"
    unlink_on_application_delete: bool = True
    number_update: Literal["replace", "merge"] = "replace"
    app_callback: Literal["follows", "links"] = "follows"
    empty_app_id: Literal["unlink", "fail"] = "unlink"
    no_numbers: Literal["empty_object", "empty_list"] = "empty_object"
    sms_setting: Literal["messages", "sms"] = "messages"
    call_links: Literal["absolute", "relative"] = "absolute"
    leg_uuid: Literal["hex", "dashes"] = "hex"
    event_retry: Retried = "any"
    rtc_retry: Retried = "never"
    message_retry: Literal["transient", "any"] = "transient"
    voice_retry_pause_s: float = 0.5
    verify_retry: Literal["any", "transient"] = "any"
    silent_auth: Literal["unanswered", "unsupported"] = "unanswered"
    cancel_verification: Literal["after_30_s", "always"] = "after_30_s"
    retry_signature: Literal["new", "first"] = "new"
    redirects: Literal["fail", "follow"] = "fail"
    hash_on_get: Literal["text", "nested"] = "text"
    custom_data_on_get: Literal["json", "brackets"] = "json"
    non_ncco_event_reply: Literal["ignore", "fail"] = "ignore"
    text_for_number: Literal["accept", "refuse"] = "accept"
    number_for_text: Literal["accept", "refuse"] = "accept"
    connect_timeout: Literal["either", "newest", "older"] = "either"
    input_without_type: Literal["accept", "refuse"] = "accept"
    older_input_event: Literal["text", "object"] = "text"
    text_plain_ncco: Literal["accept", "refuse"] = "accept"
    empty_digits: Literal["empty", "null"] = "empty"
    confidence: Literal["text", "number"] = "text"
    foreign_caller_id: Literal["unknown", "not_connected"] = "unknown"
    hung_up_recording: Literal["before_completed", "after_completed", "lost"] = "before_completed"
    unreachable_websocket: Literal["failed", "unanswered"] = "failed"
    disconnected_event: Literal["always", "synchronous"] = "always"
    withheld_caller: Literal["anonymous", "unknown", "empty"] = "anonymous"
    whatsapp_custom: Literal["accept", "refuse"] = "accept"
    rcs_action: Literal["button", "reply"] = "button"
    sms_message_type: bool = True
    rtc_ids: bool = True
    blocked_status: Literal["rejected", "undeliverable"] = "rejected"
    suppressed_mail: Literal["rejected", "undeliverable"] = "rejected"
    mail_attachments: Literal["content", "attachments", "left_out"] = "content"
    sender_limits: Literal["none", "us_long_numbers"] = "none"
    rate_second: Second = "sliding"
    rate_limits: bool = False


class SwitchError(ValueError):
    """No such switch, or no such position of it; says what there is."""


def changed(switches: Switches, changes: Mapping[str, object]) -> Switches:
    """The switches with some of them in another position.

    Args:
        switches: as they are.
        changes: positions by name; a text such as `false` or `0.5` will do, as on a command line.

    Raises:
        SwitchError: a switch or position that does not exist.
    """
    try:
        return TypeAdapter(Switches).validate_python({**asdict(switches), **changes}, extra="forbid")
    except ValidationError as error:
        wrong = violations_in(error, Switches)[0]
        if wrong.kind == "unknown":
            raise SwitchError(f"there is no {wrong.field}; there are {', '.join(wrong.choices)}") from error
        raise SwitchError(f"{wrong.field} must be {wrong.rule}") from error
