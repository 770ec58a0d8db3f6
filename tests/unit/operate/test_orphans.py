"""An orphan is deleted only while it carries the key that its stack gave it."""

import functools
import json
import threading
from collections.abc import Iterator
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from operate import credentials, orphans
from operate.errors import OperatorError
from operate.orphans import same_key
from tests.fakes.stores import Aws

KEYS = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]


def public_pem(format_: PublicFormat = PublicFormat.SubjectPublicKeyInfo, key: int = 0) -> str:
    return KEYS[key].public_key().public_bytes(Encoding.PEM, format_).decode()


@pytest.mark.parametrize(
    "live",
    [
        public_pem(),
        public_pem().replace("\n", "\r\n"),
        public_pem().rstrip(),
        public_pem(PublicFormat.PKCS1),
    ],
)
def test_a_key_is_the_same_however_it_is_written(live: str) -> None:
    assert same_key(live, public_pem())


@pytest.mark.parametrize("live", [public_pem(key=1), "", None, "not a key"])
def test_another_key_or_none_is_not_the_stacks(live: str | None) -> None:
    assert not same_key(live, public_pem())


@pytest.mark.parametrize("nothing", ["", None, "not a key"])
def test_two_that_are_not_keys_are_not_the_same_key(nothing: str | None) -> None:
    assert not same_key(nothing, nothing)


RECORD = "/switchboard/resources/gone.App"
ORPHAN = {
    "type": orphans.APPLICATION,
    "application_id": "app-1",
    "public_key": public_pem(),
    "stack_id": "arn:aws:cloudformation:eu-west-1:123456789012:stack/gone/1",
    "properties": {"CredentialsSecret": "switchboard/vonage"},
}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What answers where Vonage should, with a page for people."""
    file = tmp_path / "v2" / "applications" / "app-1"
    file.parent.mkdir(parents=True)
    file.write_text("<h1>Sign in to the hotel's network</h1>")
    server = HTTPServer(("127.0.0.1", 0), functools.partial(SimpleHTTPRequestHandler, directory=tmp_path))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    monkeypatch.setenv("VONAGE_API_URL", f"http://127.0.0.1:{server.server_port}")
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "text",
    ['{"api_key": 12345678, "api_secret": "s"}', '\ufeff{"api_key": " 12345678 ", "api_secret": "s\\n"}'],
)
def test_credentials_are_read_as_the_stack_reads_them(stores: Aws, text: str) -> None:
    stores.secret("written/elsewhere", {}).values["first"] = text

    assert credentials.stored("written/elsewhere") == ("12345678", "s")


@pytest.mark.parametrize("text", [None, "", "[]", "{}", "not JSON", '{"api_key": "k", "api_secret": null}'])
def test_secret_without_credentials_says_how_to_write_it_again(stores: Aws, text: str | None) -> None:
    stores.secret("switchboard/vonage", {}).values["first"] = text  # type: ignore[assignment] # a binary one has no text

    with pytest.raises(OperatorError, match="isn't a JSON object with an api_key") as refused:
        credentials.stored("switchboard/vonage")
    assert "make credentials CREDENTIALS_SECRET=switchboard/vonage" in refused.value.next_step


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_damaged_record_is_named_with_what_shows_its_past(stores: Aws, text: str) -> None:
    stores.parameters = {RECORD: text}

    with pytest.raises(OperatorError, match=f"{RECORD}.* isn't a JSON object") as refused:
        orphans.find()
    assert f"aws ssm get-parameter-history --name {RECORD}" in refused.value.next_step


@pytest.mark.usefixtures("page")
def test_page_for_people_in_vonages_place_deletes_nothing(stores: Aws) -> None:
    stores.parameters = {RECORD: json.dumps(ORPHAN)}
    assert [each.application_id for each in orphans.find()] == ["app-1"]

    with pytest.raises(OperatorError, match="Vonage did not delete it"):
        orphans.delete("app-1")
    assert RECORD in stores.parameters
