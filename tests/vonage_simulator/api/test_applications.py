"""The Application API as clients meet it."""

from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from vonage_simulator.account.account import Account
from vonage_simulator.api.applications import new_key_pair
from vonage_simulator.server import running
from vonage_simulator.switches import Switches, changed
from vonage_simulator.vonage import Vonage

PATH = "/v2/applications"
HOOK = {"address": "https://example.com/answer", "http_method": "POST"}


def document(**members: object) -> dict[str, Any]:
    return {"name": "shop", "capabilities": {"voice": {"webhooks": {"answer_url": HOOK}}}, **members}


def test_private_key_is_in_the_reply_that_made_it_and_never_again(api: httpx.Client) -> None:
    created = api.post(PATH, json=document()).json()

    made = load_pem_private_key(created["keys"]["private_key"].encode(), None).public_key()
    public = made.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert created["keys"]["public_key"] == public
    assert api.get(f"{PATH}/{created['id']}").json()["keys"] == {"public_key": public}
    assert "private_key" not in api.get(PATH).text


def test_applications_that_exist_at_the_same_time_never_share_a_key() -> None:
    keys = []
    with running(Account.seeded()) as one, running(Account.seeded()) as other:
        for vonage in (one, other, one):
            created = httpx.post(f"{vonage.url}{PATH}", json=document(), auth=vonage.credentials).json()
            keys.append(created["keys"]["public_key"])

    assert len(set(keys)) == 3


def test_given_public_key_is_kept_and_no_private_key_is_made(api: httpx.Client) -> None:
    public = new_key_pair()["public_key"]
    created = api.post(PATH, json=document(keys={"public_key": public})).json()
    assert created["keys"] == {"public_key": public}


def test_what_is_left_out_reads_back_with_its_default(api: httpx.Client) -> None:
    created = api.post(PATH, json=document()).json()

    assert created["privacy"] == {"improve_ai": True}
    voice = created["capabilities"]["voice"]
    assert voice["signed_callbacks"] is True
    assert voice["conversations_ttl"] == 48
    assert voice["webhooks"]["answer_url"]["socket_timeout"] == 5000


def test_put_replaces_so_an_omitted_capability_is_gone(api: httpx.Client) -> None:
    created = api.post(PATH, json=document()).json()

    updated = api.put(f"{PATH}/{created['id']}", json={"name": "renamed"}).json()

    assert updated["name"] == "renamed"
    assert updated["capabilities"] == {}
    assert updated["keys"] == {"public_key": created["keys"]["public_key"]}


@pytest.mark.parametrize(
    ("path", "spoiled"),
    [
        ("name", {"name": ""}),
        ("name", {"name": None}),
        ("privacy.improve_ai", {"privacy": {"improve_ai": "yes"}}),
        ("keys.public_key", {"keys": {"public_key": "no key"}}),
        ("capabilities", {"capabilities": []}),
        ("capabilities.video", {"capabilities": {"video": []}}),
        ("capabilities.vbc", {"capabilities": {"vbc": {"on": True}}}),
        ("capabilities.voice.region", {"capabilities": {"voice": {"region": "mars"}}}),
        ("capabilities.voice.conversations_ttl", {"capabilities": {"voice": {"conversations_ttl": 9001}}}),
        (
            "capabilities.voice.leg_persistence_time",
            {"capabilities": {"voice": {"leg_persistence_time": "2"}}},
        ),
    ],
)
def test_invalid_field_is_named_by_its_dotted_path(
    api: httpx.Client, path: str, spoiled: dict[str, Any]
) -> None:
    refused = api.post(PATH, json=document(**spoiled))

    assert refused.status_code == 400
    assert refused.json()["type"].endswith("#payload-validation")
    assert [problem["name"] for problem in refused.json()["invalid_parameters"]] == [path]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "ftp://example.com"),
        ("address", "https://example.com:port/"),
        ("http_method", "PUT"),
        ("connect_timeout", 299),
        ("connect_timeout", 1001),
        ("socket_timeout", 5001),
        ("socket_timeout", True),
    ],
)
def test_webhook_outside_the_rules_is_refused(api: httpx.Client, field: str, value: object) -> None:
    spoiled = {"voice": {"webhooks": {"answer_url": {**HOOK, field: value}}}}
    refused = api.post(PATH, json=document(capabilities=spoiled)).json()
    names = [problem["name"] for problem in refused["invalid_parameters"]]
    assert names == [f"capabilities.voice.webhooks.answer_url.{field}"]


@pytest.mark.parametrize(
    ("path", "within", "beyond"),
    [
        ("voice.signed_callbacks", [True, False], ["true", 1]),
        ("voice.conversations_ttl", [1, 9000], [0, 9001, "48"]),
        ("voice.leg_persistence_time", [1, 31], [0, 32]),
        ("voice.region", ["na-east", "na-west", "eu-east", "eu-west", "apac-sng", "apac-australia"], ["eu"]),
        ("voice.webhooks.answer_url.socket_timeout", [1000, 5000], [999, 5001]),
        ("voice.webhooks.fallback_answer_url.socket_timeout", [1000, 5000], [999, 5001]),
        ("voice.webhooks.event_url.socket_timeout", [1000, 10000], [999, 10001]),
        ("voice.webhooks.event_url.connect_timeout", [300, 1000], [299, 1001]),
        ("voice.webhooks.event_url.http_method", ["GET", "POST"], ["PUT", "post"]),
        ("messages.version", ["v1", "v0.1"], ["v2", 1]),
        ("messages.authenticate_inbound_media", [True], ["yes"]),
        ("messages.webhooks.status_url.http_method", ["POST"], ["GET"]),
        ("rtc.signed_callbacks", [False], [0]),
        ("rtc.webhooks.event_url.http_method", ["GET", "POST"], ["PATCH"]),
        ("vbc", [{}], [{"on": True}, []]),
    ],
)
def test_value_beyond_its_range_is_named(
    api: httpx.Client, path: str, within: list[object], beyond: list[object]
) -> None:
    for value in within:
        assert api.post(PATH, json=document(capabilities=nested(path, value))).status_code == 201, value
    for value in beyond:
        refused = api.post(PATH, json=document(capabilities=nested(path, value)))
        named = [problem["name"] for problem in refused.json()["invalid_parameters"]]
        assert (refused.status_code, named) == (400, [f"capabilities.{path}"]), value


def nested(path: str, value: object) -> object:
    """Capabilities with this value at a dotted path; a webhook has an address, too."""
    for name in reversed(path.split(".")):
        address = (
            {"address": HOOK["address"]}
            if name in {"socket_timeout", "connect_timeout", "http_method"}
            else {}
        )
        value = {**address, name: value}
    return value


def test_messages_webhooks_are_post_only(api: httpx.Client) -> None:
    hooks = {"inbound_url": {"address": "https://example.com/in", "http_method": "GET"}}
    assert api.post(PATH, json=document(capabilities={"messages": {"webhooks": hooks}})).status_code == 400


def test_what_was_read_can_be_sent_back(api: httpx.Client, vonage: Vonage) -> None:
    vonage.account.switches = Switches(unknown_fields="refuse")
    created = api.post(PATH, json=document()).json()
    read = api.get(f"{PATH}/{created['id']}").json()
    assert api.put(f"{PATH}/{created['id']}", json=read).json() == read


def test_older_name_of_the_connect_timeout_is_dropped(api: httpx.Client) -> None:
    hooks = {"answer_url": {**HOOK, "connection_timeout": 500}}
    created = api.post(PATH, json=document(capabilities={"voice": {"webhooks": hooks}})).json()
    assert "connection_timeout" not in created["capabilities"]["voice"]["webhooks"]["answer_url"]


@pytest.mark.parametrize("position", ["drop", "keep", "refuse"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("hook", ["answer_url", "fallback_answer_url", "status_url"])
def test_rtc_takes_its_event_url_alone(
    vonage: Vonage, api: httpx.Client, position: str, method: str, hook: str
) -> None:
    vonage.account.switches = changed(vonage.account.switches, {"unknown_fields": position})
    rtc = {"webhooks": {"event_url": HOOK}}
    made = api.post(PATH, json=document(capabilities={"rtc": rtc}))
    rtc["webhooks"][hook] = HOOK
    path = PATH if method == "POST" else f"{PATH}/{made.json()['id']}"

    refused = api.request(method, path, json=document(capabilities={"rtc": rtc}))

    assert (made.status_code, refused.status_code) == (201, 400)
    assert refused.json()["invalid_parameters"] == [
        {"name": f"capabilities.rtc.webhooks.{hook}", "reason": "is not allowed"}
    ]


def test_list_is_paged_and_the_last_page_has_no_next(api: httpx.Client) -> None:
    for number in range(3):
        api.post(PATH, json={"name": f"shop {number}"})

    first = api.get(PATH, params={"page_size": 2}).json()
    last = api.get(PATH, params={"page_size": 2, "page": 2}).json()

    assert (first["total_items"], first["total_pages"]) == (3, 2)
    assert "next" in first["_links"]
    assert "next" not in last["_links"]
    assert [one["name"] for one in last["_embedded"]["applications"]] == ["shop 2"]
    assert api.get(first["_links"]["next"]["href"]).json() == last
    assert api.get(first["_links"]["last"]["href"]).json() == last
    assert api.get(last["_links"]["prev"]["href"]).json() == first
    assert "prev" not in first["_links"]


@pytest.mark.parametrize(
    "query",
    ["page_size=0", "page_size=101", "page=0", "page=x", "page_size=-1", f"page={'9' * 5000}"],
    ids=lambda query: query[:15],
)
def test_page_out_of_range_is_a_list_validation_problem(api: httpx.Client, query: str) -> None:
    refused = api.get(f"{PATH}?{query}")
    assert refused.status_code == 400
    assert refused.json()["type"].endswith("#list-validation")
    assert [problem["name"] for problem in refused.json()["invalid_parameters"]] == [query.partition("=")[0]]


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !", "Bearer abc", "Basic YTpi"],
    ids=["none", "empty", "not base64", "other scheme", "wrong secret"],
)
def test_wrong_credentials_are_refused(vonage: Vonage, header: str) -> None:
    refused = httpx.get(f"{vonage.url}{PATH}", headers={"Authorization": header})
    assert refused.status_code == 401
    assert refused.json()["type"].endswith("#unauthorized")


def test_other_media_types_are_refused(api: httpx.Client) -> None:
    assert api.get(PATH, headers={"Accept": "text/html"}).status_code == 406
    sent = api.post(PATH, content=b"name=shop", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert sent.status_code == 415
    assert sent.json()["type"].endswith("#content-type-header")


def test_unparsable_body_gets_the_short_error(api: httpx.Client) -> None:
    refused = api.post(PATH, content=b"{", headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()) == (400, {"Error": "Bad Request"})


def test_unknown_verb_and_unknown_id_are_problems(api: httpx.Client) -> None:
    assert api.patch(f"{PATH}/x").json()["type"].endswith("#wrong-verb")
    assert api.get(f"{PATH}/x").json()["type"].endswith("#not-found")
    assert api.delete(f"{PATH}/x").status_code == 404


def test_capability_nothing_runs_on_is_kept_as_it_came(api: httpx.Client) -> None:
    video = {"webhooks": {"session_created": {"address": "https://example.com", "active": True}}, "more": [1]}
    created = api.post(PATH, json=document(capabilities={"video": video, "verify": {"version": "v2"}})).json()
    assert created["capabilities"] == {"video": video, "verify": {"version": "v2"}}


def test_delete_unlinks_the_numbers(api: httpx.Client) -> None:
    created = api.post(PATH, json=document()).json()
    api.post("/number/update", data={"country": "GB", "msisdn": "447700900000", "app_id": created["id"]})

    deleted = api.delete(f"{PATH}/{created['id']}")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api.get("/account/numbers", params={"has_application": "true"}).json() == {}


def test_elliptic_curve_key_is_no_application_key(api: httpx.Client) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert api.post(PATH, json=document(keys={"public_key": pem})).status_code == 400


def test_journal_never_shows_secrets(vonage: Vonage, api: httpx.Client) -> None:
    private = api.post(PATH, json=document()).json()["keys"]["private_key"]
    journal = api.get("/_simulator/journal").text
    assert private.splitlines()[1] not in journal
    assert vonage.account.api_secret not in journal
