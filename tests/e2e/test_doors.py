"""What runs on this machine is no door: not for a page in a browser, not for a program without the key."""

import json
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import httpx
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError
from playwright.sync_api import Browser

from local import aws, debugging, service
from tests.browser import chromium

ROLE = {
    "Action": "CreateRole",
    "Version": "2010-05-08",
    "RoleName": "evil",
    "AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": []}),
}
REFUSALS = {
    "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}  # fmt: skip
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@contextmanager
def site(*requests: tuple[str, dict[str, Any]]) -> Iterator[str]:
    """A page of another origin that sends these requests, and then has what it learnt as its text."""
    script = """
      const learn = async ([url, init]) => {
        try { const reply = await fetch(url, init); return `${reply.status} ${await reply.text()}` }
        catch (error) { return String(error) }
      }
      Promise.all(%s.map(learn)).then(all => {
        document.body.innerText = all.join("\\n")
        document.title = "done"
      })
    """
    page = f"<body></body><script>{script % json.dumps(requests)}</script>".encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def visited(browser: Browser, url: str) -> list[str]:
    """What the page learnt, once it is done."""
    page = browser.new_page()
    page.goto(url)
    page.wait_for_function("document.title == 'done'")
    learnt = page.inner_text("body").splitlines()
    page.close()
    return learnt


def in_header(aws_url: str) -> AWSRequest:
    """To make a role, signed with the very key."""
    body = urllib.parse.urlencode(ROLE)
    return signed(AWSRequest("POST", f"{aws_url}/", data=body, headers={"Content-Type": FORM}), SigV4Auth)


def in_address(aws_url: str) -> str:
    """The same as an address alone, which a page can ask for without a preflight."""
    request = AWSRequest("POST", f"{aws_url}/?{urllib.parse.urlencode(ROLE)}")
    return str(signed(request, SigV4QueryAuth).url)


def signed(request: AWSRequest, signer: type[SigV4Auth]) -> AWSRequest:
    credentials = aws.session(str(request.url)).get_credentials()
    assert credentials
    signer(credentials.get_frozen_credentials(), "iam", aws.REGION).add_auth(request)
    return request


def roles(aws_url: str) -> list[str]:
    listed = aws.session(aws_url).client("iam", endpoint_url=aws_url).list_roles()["Roles"]
    return [role["RoleName"] for role in listed]


def test_page_of_another_site_makes_nothing_in_the_embedded_aws_even_with_its_key(
    aws_url: str, browser: Browser
) -> None:
    program = in_header(aws_url)
    headers = {name: value for name, value in program.headers.items() if name.lower() != "host"}

    with site(
        (f"{aws_url}/", {"method": "POST", "headers": headers, "body": program.data}),
        (in_address(aws_url), {"method": "POST", "mode": "no-cors"}),
        (f"{aws_url}/_ministack/reset", {"method": "POST", "mode": "no-cors"}),
        (f"{aws_url}/_ministack/health", {}),
    ) as url:
        learnt = visited(browser, url)

    assert learnt == ["TypeError: Failed to fetch", "0", "0", "TypeError: Failed to fetch"]
    assert "evil" not in roles(aws_url)


def test_the_same_request_of_a_program_is_heard(aws_url: str) -> None:
    sent = httpx.post(in_address(aws_url), trust_env=False)

    assert sent.status_code == 200, sent.text
    assert "evil" in roles(aws_url)
    aws.session(aws_url).client("iam", endpoint_url=aws_url).delete_role(RoleName="evil")


@pytest.mark.parametrize("key", ["test", aws.ACCOUNT_ID, "AKIAEXAMPLE", None])
@pytest.mark.parametrize(
    ("service_name", "call"),
    [
        ("lambda", "list_functions"),
        ("secretsmanager", "list_secrets"),
        ("s3", "list_buckets"),
        ("sqs", "list_queues"),
        ("iam", "list_roles"),
    ],
)
def test_no_other_key_opens_it_and_the_right_one_only_with_its_secret(
    aws_url: str, key: str | None, service_name: str, call: str
) -> None:
    right = aws.root_user(aws_url)["AWS_ACCESS_KEY_ID"]
    session = boto3.Session(key or right, "test", region_name=aws.REGION)
    client = session.client(service_name, endpoint_url=aws_url)  # type: ignore[call-overload] # any of five

    with pytest.raises(ClientError) as refusal:
        getattr(client, call)()

    assert refusal.value.response["Error"]["Code"] in REFUSALS


def test_page_of_another_site_does_not_command_a_debugged_function(browser: Browser, tmp_path: Path) -> None:
    port, mark = service.free_port(), tmp_path / "mark"
    debugpy = str(debugging._only_debugpy())
    code = debugging.LISTEN.format(sources=[], debugpy=debugpy, port=port, timeout_s=60)
    evaluate = {"expression": f"open({str(mark)!r}, 'w').close()", "context": "repl"}
    message = json.dumps({"seq": 1, "type": "request", "command": "evaluate", "arguments": evaluate})
    program = [sys.executable, "-c", f"{code}\nprint('listens', flush=True)\nsys.stdin.read()"]

    with (
        subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as function,
        site((f"http://127.0.0.1:{port}/", {"method": "POST", "mode": "no-cors", "body": message})) as url,
    ):
        assert function.stdout
        assert function.stdout.readline() == b"listens\n"
        learnt = visited(browser, url)
        function.kill()

    assert learnt == ["TypeError: Failed to fetch"]
    assert not mark.exists()
