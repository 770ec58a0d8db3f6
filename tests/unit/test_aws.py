"""The signed AWS call: the signature is botocore's, and a failing service costs no more time than it may."""

import gc
import itertools
import time
from collections.abc import Iterator

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from switchboard.aws.signed import Service, sign
from switchboard.errors import AwsError, SettingError
from switchboard.webhooks.deadline import Late, within

from tests.fakes.stores import Aws, Json, Refusal

pytestmark = pytest.mark.usefixtures("aws")

NOW = 1_795_400_000


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service("secretsmanager", "secretsmanager", "1.1", "AWS_ENDPOINT_URL_SECRETS_MANAGER")
    yield service
    service.close()


def read(service: Service, timeout_s: float = 30) -> object:
    return service.call("GetSecretValue", {"SecretId": "switchboard/vonage"}, timeout_s=timeout_s)


@pytest.mark.parametrize("session_token", ["", "AQoDYXdzEJr/session=="])
@given(body=st.binary(max_size=200), service=st.sampled_from(["sqs", "secretsmanager"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_signature_is_the_one_botocore_makes(
    monkeypatch: pytest.MonkeyPatch, session_token: str, body: bytes, service: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    monkeypatch.setenv("AWS_SESSION_TOKEN", session_token)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    host = f"{service}.eu-west-1.amazonaws.com"
    headers = {"content-type": "application/x-amz-json-1.1", "host": host, "x-amz-target": "X.Do"}

    ours = sign(service, headers, body, NOW)

    theirs = AWSRequest(
        "POST", f"https://{host}/", headers={**headers, "X-Amz-Date": ours["x-amz-date"]}, data=body
    )
    theirs.context["timestamp"] = ours["x-amz-date"]
    if session_token:
        theirs.headers["X-Amz-Security-Token"] = session_token
    credentials = Credentials(
        "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", session_token or None
    )
    signer = SigV4Auth(credentials, service, "eu-west-1")
    signature = signer.signature(signer.string_to_sign(theirs, signer.canonical_request(theirs)), theirs)
    assert ours["authorization"].endswith(f"Signature={signature}")


def test_the_connection_is_kept(service: Service) -> None:
    read(service)
    connection = service._kept
    read(service)

    assert connection
    assert service._kept
    assert service._kept.connection is connection.connection


def test_a_connection_that_the_other_side_closed_is_replaced(service: Service) -> None:
    read(service)
    assert service._kept
    service._kept.connection.sock.close()

    assert read(service)


def test_a_connection_that_a_reply_ended_is_replaced(aws: Aws, service: Service) -> None:
    aws.closes = True

    assert [read(service) for _ in range(3)] == [read(service)] * 3
    assert len(aws.calls) == 4


def test_a_call_that_was_cut_off_leaves_no_reply_to_the_next_one(aws: Aws, service: Service) -> None:
    def slow_once(_operation: str, asked: Json) -> None:
        if asked["SecretId"] == "slow":
            time.sleep(0.2)

    aws.secret("slow", {"slow": True})
    aws.fault = slow_once
    with pytest.raises(Late):
        within(0.05, lambda: service.call("GetSecretValue", {"SecretId": "slow"}, timeout_s=1))

    assert "slow" not in str(read(service))


@pytest.mark.parametrize(
    "fault", [Refusal("InternalServiceError", status=500), Refusal("ThrottlingException"), ConnectionError()]
)
def test_what_may_succeed_the_second_time_is_tried_again(
    aws: Aws, service: Service, fault: Exception
) -> None:
    def fail_once(_operation: str, _asked: Json) -> None:
        if len(aws.calls) == 1:
            raise fault

    aws.fault = fail_once

    assert read(service)


def test_a_refusal_is_not_tried_again(aws: Aws, service: Service) -> None:
    def refuse(_operation: str, _asked: Json) -> None:
        raise Refusal("com.amazonaws#AccessDeniedException")

    aws.fault = refuse

    with pytest.raises(AwsError) as failure:
        read(service)

    assert (failure.value.code, failure.value.retryable, len(aws.calls)) == (
        "AccessDeniedException",
        False,
        1,
    )


def test_a_service_that_hangs_costs_no_more_than_its_time(aws: Aws, service: Service) -> None:
    aws.fault = lambda _operation, _asked: time.sleep(30)
    started = time.monotonic()

    with pytest.raises(AwsError) as failure:
        read(service, timeout_s=0.2)

    assert failure.value.code == "TimeoutError"
    assert time.monotonic() - started < 10


def test_a_connection_that_was_made_too_late_is_closed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = itertools.count()  # each look at the clock takes one
    monkeypatch.setattr(time, "monotonic", lambda: float(next(seconds)))

    with pytest.raises(AwsError, match="TimeoutError"):
        read(service, timeout_s=3)

    gc.collect()  # which warns of what is left open


def test_a_service_that_is_down_is_an_error_of_ours(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:9")

    with pytest.raises(AwsError, match="ConnectionRefusedError"):
        read(service)


def test_a_missing_region_is_named(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")

    with pytest.raises(SettingError, match="AWS_REGION"):
        read(service)


def test_a_request_says_what_it_is(aws: Aws, service: Service) -> None:
    read(service)

    assert aws.headers["x-amz-target"] == "secretsmanager.GetSecretValue"
    assert aws.headers["content-type"] == "application/x-amz-json-1.1"
    assert aws.headers["x-amz-security-token"] == "session-token"
