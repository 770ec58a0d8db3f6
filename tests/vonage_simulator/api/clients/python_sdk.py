"""What a user of the official Python SDK does, run where it is installed; prints what came back as JSON."""

# The SDK lives in an environment of its own, where mypy does not see it.
# mypy: disable-error-code="import-not-found, no-untyped-call"

import json
import sys

from vonage import Auth, HttpClientOptions, Vonage
from vonage_account import Account  # noqa: F401 - fails early when the SDK is half installed
from vonage_application import ApplicationConfig, ListApplicationsFilter
from vonage_http_client.errors import AuthenticationError, HttpRequestError
from vonage_messages import Sms
from vonage_numbers import (
    ListOwnedNumbersFilter,
    NumberParams,
    SearchAvailableNumbersFilter,
    UpdateNumberParams,
)
from vonage_voice import CreateCallRequest, ListCallsFilter, Phone, Talk, ToPhone

host, api_key, api_secret, hooks = sys.argv[1:]
options = HttpClientOptions(api_host=host, rest_host=host)
found: dict[str, object] = {}


def client(**credentials: str) -> Vonage:
    return Vonage(Auth(**credentials), options)


account = client(api_key=api_key, api_secret=api_secret)
config = {
    "name": "from Python",
    "capabilities": {
        "voice": {
            "webhooks": {
                "answer_url": {"address": f"{hooks}/answer", "http_method": "POST"},
                "event_url": {"address": f"{hooks}/event", "http_method": "POST"},
            },
        },
        "messages": {
            "webhooks": {
                "inbound_url": {"address": f"{hooks}/inbound", "http_method": "POST"},
                "status_url": {"address": f"{hooks}/status", "http_method": "POST"},
            },
        },
    },
}
created = account.application.create_application(ApplicationConfig(**config))
found["private_key"] = created.keys.private_key.startswith("-----BEGIN PRIVATE KEY-----")
renamed = account.application.update_application(
    created.id, ApplicationConfig(**{**config, "name": "renamed"})
)
found["renamed"] = renamed.name
listed, next_page = account.application.list_applications(ListApplicationsFilter(page_size=100))
found["listed"] = [application.name for application in listed]

try:  # a client that has sent JSON before sends its forms under that type: vonage-python-sdk#323
    account.numbers.update_number(UpdateNumberParams(country="GB", msisdn="447700900000"))
except HttpRequestError as error:
    found["form_as_json"] = error.response.status_code
account = client(api_key=api_key, api_secret=api_secret)

numbers, count, _ = account.numbers.list_owned_numbers(ListOwnedNumbersFilter(country="GB"))
found["owned"] = [number.msisdn for number in numbers]
offers, _, _ = account.numbers.search_available_numbers(SearchAvailableNumbersFilter(country="US", size=2))
bought = account.numbers.buy_number(NumberParams(country="US", msisdn=offers[0].msisdn))
found["bought"] = bought.error_code
cancelled = account.numbers.cancel_number(NumberParams(country="US", msisdn=offers[0].msisdn))
found["cancelled"] = cancelled.error_code
linked = account.numbers.update_number(
    UpdateNumberParams(country="GB", msisdn="447700900000", app_id=created.id)
)
found["linked"] = linked.error_code

secrets = account.account.list_secrets()
found["secrets"] = len(secrets)
found["balance"] = account.account.get_balance().value

application = client(application_id=created.id, private_key=created.keys.private_key)
call = application.voice.create_call(
    CreateCallRequest(
        to=[ToPhone(number="447700900999")],
        from_=Phone(number="447700900000"),
        ncco=[Talk(text="Hello from Python.")],
    )
)
found["call"] = call.status
calls, _ = application.voice.list_calls(ListCallsFilter(page_size=10))
found["calls"] = [one.direction for one in calls]
for _ in range(2):
    application.voice.create_call(
        CreateCallRequest(
            to=[ToPhone(number="447700900999")],
            from_=Phone(number="447700900000"),
            ncco=[Talk(text="Hello again.")],
        )
    )
every, index = [], 0
while index is not None:
    page, index = application.voice.list_calls(ListCallsFilter(page_size=1, record_index=index))
    every += [one.uuid for one in page]
found["paged"] = len(set(every))
found["sent"] = bool(
    application.messages.send(Sms(to="447700900123", from_="447700900000", text="Hi.")).message_uuid
)

for name, attempt in {
    "unauthorized": client(api_key=api_key, api_secret="wrong").application.list_applications,
    "not_found": lambda: account.application.get_application("unknown"),
}.items():
    try:
        attempt()
    except (AuthenticationError, HttpRequestError) as error:
        found[name] = error.response.status_code

account.application.delete_application(created.id)
json.dump(found, sys.stdout)
