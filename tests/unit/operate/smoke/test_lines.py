"""Each line is ok where all is well, and differs when the one thing that it is about is spoilt."""

from collections.abc import Callable

import httpx
import pytest

from operate.errors import OperatorError
from operate.smoke import report
from operate.smoke.bench import Bench
from operate.smoke.deployment import Outcome
from operate.smoke.line import Line, Result, Verdict
from operate.smoke.lines import LINES, REMOVAL
from operate.smoke.run import run
from tests.fakes.canned import Json
from tests.unit.operate.smoke.conftest import NAME, Deployments, World, alarm

WORDS = [line.word for line in LINES]
Spoil = Callable[[World, Bench, list[str]], object]


def outcome(bench: Bench, word: str) -> Result:
    """What becomes of a line after those before it."""
    results, _ = run(bench, {word} if word != "alarms" else {"fallback", word}, lambda _: None)
    return next(result for result in results if result.line.word == word)


def deployments(bench: Bench) -> Deployments:
    assert isinstance(bench.deployment, Deployments)
    return bench.deployment


def answers(world: World, operation: str, answer: Json) -> None:
    world.account.answers[operation] = lambda **_: answer


def ends_as(status: str) -> Spoil:
    def spoil(_world: World, bench: Bench, _log: list[str]) -> None:
        deployments(bench).created = Outcome(status, "VonageApplication: refused", 30)

    return spoil


def updates_end_as(status: str) -> Spoil:
    def spoil(_world: World, bench: Bench, _log: list[str]) -> None:
        well = deployments(bench).updates

        def update(parameters: Json, broken: bool) -> Outcome:  # noqa: FBT001
            ended = well(parameters, broken)
            asked_for_failure = ended.status == "UPDATE_ROLLBACK_COMPLETE"
            return ended._replace(status=status) if asked_for_failure or status in _FAILED else ended

        deployments(bench).updates = update

    return spoil


_FAILED = {"UPDATE_ROLLBACK_COMPLETE"}


def one_role_may_more(world: World, _bench: Bench, _log: list[str]) -> None:
    well = world.account.answers["iam.simulate_principal_policy"]

    def simulate(**asked: object) -> Json:
        answer: Json = well(**asked)
        if str(asked["PolicySourceArn"]).endswith("AnswerFunction"):
            for decision in answer["EvaluationResults"]:
                decision["EvalDecision"] = "allowed"
        return answer

    world.account.answers["iam.simulate_principal_policy"] = simulate


def second_waits(world: World, _bench: Bench, _log: list[str]) -> None:
    well = world.progress
    world.account.answers["dynamodb.get_item"] = lambda Key, **_: (  # noqa: N803
        well(Key) if Key["pk"]["S"].endswith("c0") else {}
    )


def in_a_small_region(_world: World, bench: Bench, _log: list[str]) -> None:
    bench.deployment.region = "eu-nowhere-1"


def few(world: World, _bench: Bench, _log: list[str]) -> None:
    limits = {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}
    answers(world, "lambda.get_account_settings", {"AccountLimit": limits})


def never_answered(world: World, _bench: Bench, _log: list[str]) -> None:
    answers(world, "cloudformation.describe_stack_events", {"StackEvents": []})


def filter_matches_nothing(world: World, _bench: Bench, _log: list[str]) -> None:
    answers(world, "logs.test_metric_filter", {"matches": []})


def no_limit_is_enforced(_world: World, bench: Bench, _log: list[str]) -> None:
    bench.http = lambda: httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(503)))


def everything_is_taken(_world: World, bench: Bench, _log: list[str]) -> None:
    bench.http = lambda: httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(503)))


def other_dimensions(world: World, _bench: Bench, _log: list[str]) -> None:
    dimensions = [*alarm("x")["Dimensions"], {"Name": "webhook", "Value": "answer"}]
    answers(world, "cloudwatch.list_metrics", {"Metrics": [{"Dimensions": dimensions}]})


def no_crash_line(_world: World, _bench: Bench, log: list[str]) -> None:
    log.clear()


def queue_is_left(world: World, _bench: Bench, _log: list[str]) -> None:
    answers(world, "sqs.list_queues", {"QueueUrls": [f"https://sqs/{NAME}-EventQueue"]})


SPOILT: dict[str, tuple[Spoil, str]] = {
    "region": (in_a_small_region, "lacks apigatewayv2"),
    "concurrency": (few, "Service Quotas"),
    "defaults": (ends_as("ROLLBACK_COMPLETE"), "VonageApplication: refused"),
    "policies": (one_role_may_more, "Answer may dynamodb:PutItem Timeline"),
    "tag": (one_role_may_more, "Answer may secretsmanager:GetSecretValue ApplicationSecret"),
    "commands": (second_waits, "the second command was not touched within 90 s"),
    "fallback": (filter_matches_nothing, "doesn't match"),
    "flood": (no_limit_is_enforced, "were all taken, with a limit of one a second"),
    "oversized": (everything_is_taken, "a webhook of 7000000 bytes reached its function"),
    "crash": (no_crash_line, "shows no such line"),
    "provisioner": (never_answered, "no answer after 300 s"),
    "alarms": (other_dimensions, f"the metric of {NAME}-DriftAlarm has other dimensions"),
    "broken-flow": (updates_end_as("UPDATE_COMPLETE"), "UPDATE_COMPLETE"),
    "secret": (updates_end_as("UPDATE_ROLLBACK_FAILED"), "UPDATE_ROLLBACK_FAILED"),
    "kms": (updates_end_as("UPDATE_ROLLBACK_COMPLETE"), "UPDATE_ROLLBACK_COMPLETE"),
    "numbers": (updates_end_as("UPDATE_ROLLBACK_COMPLETE"), "UPDATE_ROLLBACK_COMPLETE"),
    "delete": (queue_is_left, f"queue {NAME}-EventQueue"),
}
BY_HAND = "--region eu-west-1 --profile shop"


@pytest.mark.parametrize("word", WORDS)
def test_line_is_ok_where_all_is_well(bench: Bench, log: list[str], word: str) -> None:
    assert log
    result = outcome(bench, word)

    assert result.verdict == Verdict.OK, result.seen


@pytest.mark.parametrize("word", WORDS)
def test_line_differs_when_what_it_is_about_is_spoilt(
    world: World, bench: Bench, log: list[str], word: str
) -> None:
    spoil, seen = SPOILT[word]
    spoil(world, bench, log)

    result = outcome(bench, word)

    assert result.verdict == Verdict.DIFFERS, result.seen
    assert seen in result.seen


@pytest.mark.parametrize("word", [line.word for line in LINES if line.needs_vonage])
def test_line_that_needs_vonage_is_not_tried_without_credentials(bench: Bench, word: str) -> None:
    bench.has_vonage = False

    result = outcome(bench, word)

    assert result.verdict == Verdict.NOT_TRIED
    assert "make credentials" in result.seen


def test_what_the_embedded_aws_cannot_show_is_not_tried_there_and_says_why(bench: Bench) -> None:
    bench.account = "000000000000"
    impossible = [line for line in LINES if line.impossible_there]

    assert impossible
    for line in impossible:
        result = outcome(bench, line.word)
        assert result.verdict == Verdict.NOT_TRIED
        assert line.impossible_there in result.seen


def test_credentials_are_there_again_before_the_stack_is_removed(world: World, bench: Bench) -> None:
    outcome(bench, "secret")

    asked = [operation for operation, _ in world.account.asked]
    assert asked.index("secretsmanager.restore_secret") < asked.index("cloudformation.delete_stack")
    deleted = [
        more["SecretId"] for operation, more in world.account.asked if operation.endswith("delete_secret")
    ]
    credentials = {name for name in deleted if not name.endswith("-PersonKey")}
    assert credentials == {f"{NAME}/vonage", f"{NAME}/vonage-signature"}


def test_what_stays_of_a_stack_that_is_deleted_is_removed_after_it(world: World, bench: Bench) -> None:
    outcome(bench, "delete")

    asked = [operation for operation, _ in world.account.asked]
    gone = {
        more["TableName"] for operation, more in world.account.asked if operation == "dynamodb.delete_table"
    }
    assert f"{NAME}-PersonTable" in gone
    assert asked.index("cloudformation.delete_stack") < asked.index("dynamodb.delete_table")


@pytest.mark.parametrize("error", [KeyboardInterrupt, KeyError])
def test_everything_is_removed_whatever_ends_a_line(
    world: World, bench: Bench, error: type[BaseException]
) -> None:
    def fail(_bench: Bench) -> str:
        raise error

    lines = (Line("first", "e", fail), Line("second", "e", lambda _: "seen"), REMOVAL)
    results, interrupted = run(bench, set(), lambda _: None, lines)

    assert interrupted == (error is KeyboardInterrupt)
    assert [result.line.word for result in results] == ["first", "second", "delete"]
    stacks = [
        more["StackName"] for operation, more in world.account.asked if operation.endswith(".delete_stack")
    ]
    assert stacks == [f"{NAME}-killed", NAME]


@pytest.mark.parametrize("error", [SystemExit, OSError, KeyboardInterrupt])
def test_everything_is_removed_and_told_of_when_nobody_reads_any_more(
    world: World, bench: Bench, error: type[BaseException]
) -> None:
    """A pipe that is closed, a terminal that is gone, Ctrl-C while something is printed."""

    def tell(_result: Result) -> None:
        if not world.account.asked:
            raise error

    lines = (Line("first", "e", lambda _: "seen"), Line("second", "e", lambda _: "seen"), REMOVAL)
    results, interrupted = run(bench, set(), tell, lines)

    assert interrupted
    assert [(each.line.word, each.verdict) for each in results] == [
        ("first", Verdict.OK),
        ("second", Verdict.NOT_TRIED),
        ("delete", Verdict.OK),
    ]


def test_everything_is_removed_whatever_goes_wrong_in_telling(world: World, bench: Bench) -> None:
    def tell(_result: Result) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        run(bench, {"region"}, tell)

    assert "cloudformation.delete_stack" in {operation for operation, _ in world.account.asked}


def test_removal_that_is_interrupted_says_how_to_finish_it(bench: Bench, world: World) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    world.account.answers["cloudformation.delete_stack"] = interrupt
    (result,), _ = run(bench, {"delete"}, lambda _: None)

    assert result.verdict == Verdict.DIFFERS
    assert "make smoke ENV=dev ONLY=delete" in result.seen


def test_what_cannot_be_removed_is_named_with_its_command_and_keeps_what_its_removal_needs(
    bench: Bench, world: World
) -> None:
    from botocore.exceptions import WaiterError

    def stuck(StackName: str, **_: object) -> None:  # noqa: N803
        if StackName == NAME:
            raise WaiterError("stack_delete_complete", "DELETE_FAILED", {})

    world.account.answers["cloudformation.wait_stack_delete_complete"] = stuck
    (result,), _ = run(bench, {"delete"}, lambda _: None)

    assert f"aws cloudformation delete-stack --stack-name {NAME} {BY_HAND}" in result.seen
    removed = {
        more["SecretId"] for operation, more in world.account.asked if operation.endswith("delete_secret")
    }
    assert f"--secret-id {NAME}/vonage {BY_HAND}" in result.seen
    assert f"/{NAME}/ {BY_HAND}" in result.seen
    assert report.told(result, bench.account).endswith(f"/{NAME}/ {BY_HAND}"), "nothing is cut off"
    assert not {name for name in removed if name.startswith(f"{NAME}/")}


@pytest.mark.parametrize(("executions", "verdict"), [(100, Verdict.DIFFERS), (101, Verdict.OK)])
def test_account_that_can_reserve_nothing_is_too_small_as_it_is_for_a_deployment(
    world: World, bench: Bench, executions: int, verdict: Verdict
) -> None:
    limits = {"ConcurrentExecutions": executions, "UnreservedConcurrentExecutions": 100}
    answers(world, "lambda.get_account_settings", {"AccountLimit": limits})

    assert outcome(bench, "concurrency").verdict == verdict


def test_stack_that_cannot_be_built_is_built_once_and_every_line_says_why(bench: Bench) -> None:
    deployments(bench).created = OperatorError("The stack could not be built.", "The log says why.")

    results, _ = run(bench, {"defaults", "policies", "crash"}, lambda _: None)

    assert [each.verdict for each in results[:-1]] == [Verdict.NOT_TRIED] * 3
    assert all("The log says why." in each.seen for each in results[:-1])
    assert deployments(bench).creations == 1


def test_parameters_given_for_the_run_hold_for_its_updates_too(bench: Bench) -> None:
    deployments(bench).given = {"KmsKeyArn": "arn:k", "LogLevel": "DEBUG"}

    outcome(bench, "broken-flow")

    (asked,) = deployments(bench).asked
    assert (asked["KmsKeyArn"], asked["LogLevel"]) == ("arn:k", "DEBUG")


@pytest.mark.parametrize("word", ["crash", "provisioner"])
def test_function_has_its_handler_again_however_its_line_ends(
    world: World, bench: Bench, log: list[str], word: str
) -> None:
    handlers: list[str] = []

    def change(Handler: str, **_: object) -> None:  # noqa: N803
        handlers.append(Handler)
        if len(handlers) == 1:
            raise KeyboardInterrupt

    assert log
    world.account.answers["lambda.update_function_configuration"] = change

    _, interrupted = run(bench, {word}, lambda _: None)

    assert interrupted
    assert handlers[1:] == ["app.lambda_handler"]


@pytest.mark.parametrize(
    ("operation", "answer", "seen"),
    [
        ("logs.filter_log_events", {"events": []}, "the access log has no such request"),
        ("cloudwatch.get_metric_data", {"MetricDataResults": [{"Values": []}]}, "has no value within 300 s"),
    ],
)
def test_flood_that_leaves_no_trace_differs(
    world: World, bench: Bench, operation: str, answer: Json, seen: str
) -> None:
    answers(world, operation, answer)

    result = outcome(bench, "flood")

    assert (result.verdict, seen in result.seen) == (Verdict.DIFFERS, True), result.seen


def test_oversized_webhook_that_is_not_counted_differs(world: World, bench: Bench) -> None:
    answers(world, "cloudwatch.get_metric_data", {"MetricDataResults": [{"Values": [0.0]}]})

    result = outcome(bench, "oversized")

    assert (result.verdict, "counts nothing in 300 s" in result.seen) == (Verdict.DIFFERS, True), result.seen


def test_fallback_that_the_flood_silences_differs(world: World, bench: Bench) -> None:
    bench.http = lambda: httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(429)))

    assert "the fallback answered 429 meanwhile" in outcome(bench, "flood").seen
    assert world.limits == [1, 500]


def test_flood_leaves_the_limit_as_it_was(world: World, bench: Bench) -> None:
    outcome(bench, "flood")

    assert world.limits == [1, 500]
