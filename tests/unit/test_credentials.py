"""Signature secrets: rotation refuses nothing, an outage changes nothing, forgeries cost nothing."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from switchboard.aws.secret import Version, read_secret, read_version
from switchboard.errors import SecretError
from switchboard.webhooks.signature_secrets import SignatureSecrets

from tests.fakes.stores import Aws, Json, Refusal

MAIN, SUB = "a1b2c3d4", "e5f6a7b8"
OVERLAP_S = 600


class Versions:
    """A secret in memory, with a clock; `reads` lists the labels that were asked for."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.down = False
        self.frozen_s = 0.0
        self.answering = threading.Event()
        self.answering.set()
        self.reads: list[str] = []
        self.labelled = {"AWSCURRENT": Version({"api_key": MAIN, "signature_secret": "one"}, 0)}

    def read(self, label: str) -> Version | None:
        self.reads.append(label)
        self.answering.wait(5)
        found = self.labelled.get(label)
        self.now += self.frozen_s
        if self.down:
            raise SecretError("down")
        return found

    def rotate(self, secret: str) -> None:
        self.labelled["AWSPREVIOUS"] = self.labelled["AWSCURRENT"]
        self.labelled["AWSCURRENT"] = Version({"api_key": MAIN, "signature_secret": secret}, self.now)

    def secrets(self) -> SignatureSecrets:
        return SignatureSecrets(self.read, lambda: self.now)


def wait_for_renewal() -> None:
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon and "_renew" in thread.name:
            thread.join()


def test_the_secret_is_read_once() -> None:
    versions = Versions()
    secrets = versions.secrets()

    assert [secrets.known(MAIN, OVERLAP_S) for _ in range(3)] == [["one"]] * 3
    assert versions.reads == ["AWSCURRENT"]


def test_a_token_that_names_no_account_is_checked_with_the_main_one() -> None:
    assert Versions().secrets().known(None, OVERLAP_S) == ["one"]


def test_a_subaccount_has_a_secret_of_its_own() -> None:
    versions = Versions()
    versions.labelled["AWSCURRENT"].value["signature_secrets"] = {SUB: "sub"}

    assert versions.secrets().known(SUB, OVERLAP_S) == ["sub"]


@pytest.mark.parametrize(
    "spoiled", [{"signature_secret": ""}, {"signature_secret": None}, {"api_key": "other"}]
)
def test_a_secret_that_is_not_there_lets_nobody_in(spoiled: dict[str, Any]) -> None:
    versions = Versions()
    versions.labelled["AWSCURRENT"].value.update(spoiled)

    assert versions.secrets().known(MAIN, OVERLAP_S) == []


@pytest.mark.parametrize("around", [" {}", "{}\n", "\ufeff{}", "\u00a0{}\u200b\r\n"])
def test_blanks_around_a_secret_are_not_meant(around: str) -> None:
    versions = Versions()
    versions.labelled["AWSCURRENT"].value.update(
        api_key=around.format(MAIN),
        signature_secret=around.format("one"),
        signature_secrets={SUB: around.format("sub")},
    )
    secrets = versions.secrets()

    assert secrets.known(MAIN, OVERLAP_S) == ["one"]
    assert secrets.known(SUB, OVERLAP_S) == ["sub"]


def test_a_key_that_was_written_as_a_number_is_read_in_digits() -> None:
    versions = Versions()
    versions.labelled["AWSCURRENT"].value["api_key"] = 12345678

    assert versions.secrets().known("12345678", OVERLAP_S) == ["one"]


@pytest.mark.parametrize("subaccounts", [[], "text", None, {SUB: None}, {SUB: " "}, {SUB: True}])
def test_subaccounts_that_are_no_secrets_let_nobody_in(subaccounts: object) -> None:
    versions = Versions()
    versions.labelled["AWSCURRENT"].value["signature_secrets"] = subaccounts

    assert versions.secrets().known(SUB, OVERLAP_S) == []


def test_a_byte_order_mark_before_the_json_is_passed_by(aws: Aws) -> None:
    aws.secret("mine", {}).values["first"] = '\ufeff{"a": 1}'

    assert read_secret("mine") == {"a": 1}


def test_both_versions_count_after_a_rotation() -> None:
    versions = Versions()
    secrets = versions.secrets()
    secrets.known(MAIN, OVERLAP_S)
    versions.rotate("two")

    assert secrets.reread(MAIN, OVERLAP_S) == ["two", "one"]


@pytest.mark.parametrize("overlap_s", [600, 25 * 3600])
def test_the_previous_secret_counts_for_the_overlap_and_no_longer(overlap_s: float) -> None:
    versions = Versions()
    versions.rotate("two")
    warm, rotated_at = versions.secrets(), versions.now
    warm.known(MAIN, overlap_s)
    warm.reread(MAIN, overlap_s)

    for age_s, counting in ((overlap_s - 1, ["two", "one"]), (overlap_s, ["two"]), (1e8, ["two"])):
        versions.now = rotated_at + age_s
        cold = versions.secrets()
        cold.known(MAIN, overlap_s)
        assert cold.reread(MAIN, overlap_s) == counting
        assert warm.known(MAIN, overlap_s) == counting
        wait_for_renewal()


def test_the_previous_secret_that_is_held_is_dropped_without_another_look() -> None:
    versions = Versions()
    versions.rotate("two")
    secrets = versions.secrets()
    secrets.known(MAIN, OVERLAP_S)
    secrets.reread(MAIN, OVERLAP_S)
    versions.down = True
    versions.now += OVERLAP_S

    assert secrets.known(MAIN, OVERLAP_S) == ["two"]
    wait_for_renewal()


def test_the_previous_secret_is_not_trusted_when_nobody_says_since_when() -> None:
    versions = Versions()
    versions.rotate("two")
    versions.labelled["AWSCURRENT"] = versions.labelled["AWSCURRENT"]._replace(created_at=None)
    secrets = versions.secrets()
    secrets.known(MAIN, OVERLAP_S)

    assert secrets.reread(MAIN, OVERLAP_S) == ["two"]


def test_a_copy_from_long_ago_is_not_trusted_before_it_is_renewed() -> None:
    versions = Versions()
    secrets = versions.secrets()
    secrets.known(MAIN, OVERLAP_S)
    versions.rotate("two")
    del versions.labelled["AWSPREVIOUS"]
    versions.now += 301

    assert secrets.known(MAIN, OVERLAP_S) == ["two"]


def test_a_look_that_was_frozen_is_as_old_as_its_question() -> None:
    versions = Versions()
    secrets = versions.secrets()
    secrets.known(MAIN, OVERLAP_S)
    versions.frozen_s = 3600
    secrets.reread(MAIN, OVERLAP_S)
    versions.frozen_s = 0
    versions.rotate("two")

    assert secrets.known(MAIN, OVERLAP_S) == ["two", "one"]


def test_the_previous_secret_that_was_taken_away_counts_for_5_minutes_at_most_in_a_warm_environment() -> None:
    versions = Versions()
    versions.rotate("two")
    secrets = versions.secrets()
    secrets.known(MAIN, 25 * 3600)
    secrets.reread(MAIN, 25 * 3600)
    del versions.labelled["AWSPREVIOUS"]
    versions.now += 301

    assert secrets.known(MAIN, 25 * 3600) == ["two"]


@pytest.mark.parametrize("every_s", [10, 1, 0.1])
def test_a_forger_delays_a_rotation_by_2_seconds_at_most(every_s: float) -> None:
    versions = Versions()
    secrets = versions.secrets()
    secrets.known(MAIN, OVERLAP_S)
    secrets.reread(MAIN, OVERLAP_S)
    versions.now += every_s
    secrets.reread(MAIN, OVERLAP_S)
    versions.rotate("two")
    rotated_at = versions.now

    while "two" not in [*secrets.known(MAIN, OVERLAP_S), *secrets.reread(MAIN, OVERLAP_S)]:
        versions.now += min(every_s, 0.5)

    assert versions.now - rotated_at <= 2


def test_two_hundred_forgeries_a_second_cost_one_question_each_2_seconds() -> None:
    versions = Versions()
    secrets = versions.secrets()

    for _ in range(200 * 60):
        secrets.known(MAIN, OVERLAP_S)
        secrets.reread(MAIN, OVERLAP_S)
        versions.now += 1 / 200

    assert len(versions.reads) <= 32  # one at first, the previous version once, then one each 2 s


def test_a_forgery_just_after_the_start_finds_the_previous_version() -> None:
    versions = Versions()
    versions.rotate("two")
    secrets = versions.secrets()

    assert secrets.known(MAIN, OVERLAP_S) == ["two"]
    assert secrets.reread(MAIN, OVERLAP_S) == ["two", "one"]


def test_an_outage_leaves_what_was_read_in_use() -> None:
    versions = Versions()
    secrets = versions.secrets()
    secrets.known(MAIN, OVERLAP_S)
    versions.down = True
    versions.now += 10_000

    assert secrets.known(MAIN, OVERLAP_S) == ["one"]
    wait_for_renewal()
    versions.now += 10_000
    assert secrets.reread(MAIN, OVERLAP_S) == ["one"]


def test_an_outage_is_counted_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    versions = Versions()
    secrets = versions.secrets()
    secrets.known(MAIN, OVERLAP_S)
    versions.down = True
    versions.now += 301
    secrets.known(MAIN, OVERLAP_S)

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert line["message"] == "SecretNotRenewed"
    assert line["SecretNotRenewed"] == 1
    assert line["reason"] == "down"


def test_an_outage_from_the_start_is_an_error_and_not_a_stampede() -> None:
    versions = Versions()
    versions.down = True
    secrets = versions.secrets()

    for _ in range(50):
        with pytest.raises(SecretError):
            secrets.known(MAIN, OVERLAP_S)

    assert len(versions.reads) == 1


def test_an_outage_that_ends_is_noticed_within_a_second() -> None:
    versions = Versions()
    versions.down = True
    secrets = versions.secrets()
    with pytest.raises(SecretError):
        secrets.known(MAIN, OVERLAP_S)
    versions.down, versions.now = False, versions.now + 1

    assert secrets.known(MAIN, OVERLAP_S) == ["one"]


def test_an_old_copy_is_renewed_while_the_caller_goes_on() -> None:
    versions = Versions()
    secrets = versions.secrets()
    secrets.known(MAIN, OVERLAP_S)
    versions.rotate("two")
    versions.now += 241

    versions.answering.clear()
    assert secrets.known(MAIN, OVERLAP_S) == ["one"]
    versions.answering.set()
    wait_for_renewal()
    assert secrets.known(MAIN, OVERLAP_S) == ["two", "one"]


def test_a_secret_is_read_over_the_wire(aws: Aws) -> None:
    aws.secret("mine", {"a": 1})

    assert read_secret("mine") == {"a": 1}
    assert read_secret("mine", "AWSPREVIOUS") is None


def test_a_secret_that_is_missing_or_not_ours_is_told_as_both(aws: Aws) -> None:
    with pytest.raises(SecretError, match=r"does not exist, or .* may not read it .*make credentials"):
        read_secret("other")

    aws.denies_missing = False
    assert read_secret("other") is None


@pytest.mark.parametrize(
    ("code", "message", "step"),
    [
        ("AccessDeniedException", "Access to KMS is not allowed", "KmsKeyArn"),
        ("DecryptionFailure", "KMS can't decrypt it", "KmsKeyArn"),
        ("AccessDeniedException", "with an explicit deny in a service control policy", "may not read it"),
        ("InvalidRequestException", "it was marked for deletion", "restore-secret"),
        ("ThrottlingException", "Rate exceeded", "could not be read"),
    ],
)
def test_aws_s_own_sentence_is_told_with_a_step_that_fits(
    aws: Aws, code: str, message: str, step: str
) -> None:
    def fault(_operation: str, _asked: Json) -> None:
        raise Refusal(code, message)

    aws.secret("mine", {})
    aws.fault = fault

    with pytest.raises(SecretError, match="mine") as failure:
        read_secret("mine")

    assert f"({code}: {message})" in str(failure.value)
    assert step in str(failure.value)
    assert ("make credentials" in str(failure.value)) == (step == "may not read it")


def refuse(_operation: str, _asked: Json) -> None:
    raise Refusal("AccessDeniedException")


@pytest.mark.parametrize(
    ("stated", "made_at"), [(1523477145.713, 1523477145.713), ("soon", None), (None, None)]
)
def test_a_version_knows_when_it_was_made(aws: Aws, stated: Any, made_at: float | None) -> None:  # noqa: ANN401 - whatever AWS may say
    aws.secret("mine", {"a": 1}).made_at = stated

    assert read_version("mine", "AWSCURRENT") == Version({"a": 1}, made_at)


@pytest.mark.parametrize(("text", "fault"), [("not JSON 447700900123", None), ("[1]", None), ("{}", refuse)])
def test_an_unusable_secret_is_named_and_never_quoted(
    aws: Aws, text: str, fault: Callable[[str, Json], None] | None
) -> None:
    aws.secret("mine", {}).values["first"] = text
    aws.fault = fault

    with pytest.raises(SecretError, match="mine") as failure:
        read_secret("mine")

    assert "447700900123" not in repr(failure.value) + repr(failure.value.__cause__)
