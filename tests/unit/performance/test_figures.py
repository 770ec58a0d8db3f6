"""The published figures: well computed, written from the numbers that are kept, within the budgets."""

import pytest
from switchboard.timeline import events

from benchmarks import cost, limits, ratios, subjects, template
from benchmarks.load import POOLS, row
from benchmarks.pages import cost as cost_page
from benchmarks.pages import performance, tables
from benchmarks.results import Group, Results

CPU_US = {"answer": 400.0, "event": 900.0, "inbound": 900.0, "status": 900.0}
BATCH_CPU_US = {
    "record, batch of 1": 4000.0,
    "record, batch of 5": 14_000.0,
    "record, batch of 10": 27_000.0,
    "outbound, batch of 1": 5000.0,
}


def rows(cpu_us: dict[str, float]) -> Group:
    return Group(
        cold={name: {"cpu_ms": [100.0]} for name in cpu_us},
        warm={name: {"cpu_us": [value]} for name, value in cpu_us.items()},
    )


@pytest.fixture
def results() -> Results:
    return Results(
        groups={"webhooks": rows(CPU_US), "consumers": rows(BATCH_CPU_US)},
        modules={},
        package_mb={},
        import_ms={},
        batch_sizes={},
        layers_mb=30.0,
        about={},
    )


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    # The second round was three times slower, for both.
    ratio = ratios.ratio([20, 66, 19], [10, 30, 10])

    assert ratio.median == pytest.approx(2.0)
    assert ratio.low < ratio.median < ratio.high


def test_a_single_round_is_a_ratio_without_a_spread() -> None:
    assert ratios.ratio([3], [2]) == (1.5, 1.5, 1.5)


def test_the_price_of_a_received_message_is_the_sum_of_what_it_sets_off(results: Results) -> None:
    _, received, _ = cost.WORKLOADS

    parts = cost.per_million(results, received, 1)

    assert parts["API Gateway"] == 1.00
    assert parts["SQS"] == 3 * 0.50  # send, receive, delete
    assert parts["DynamoDB"] == pytest.approx(0.125 + 2 * 0.625)  # looked for, written, in the index
    assert parts["EventBridge"] == 1.00
    # 900 µs at 512/1769 of a processor and 6 ms of waiting: 10 ms billed, of half a GB.
    assert parts["Lambda, webhooks"] == pytest.approx(0.20 + 0.010 * 0.5 * 13.3334, rel=0.02)


def test_batches_make_events_cheaper_behind_the_queue(results: Results) -> None:
    call, _, _ = cost.WORKLOADS

    one, hundred, many = (cost.per_million(results, call, rate) for rate in cost.BATCH)

    assert one["SQS"] > hundred["SQS"] > many["SQS"]
    assert one["Lambda, record"] > hundred["Lambda, record"] > many["Lambda, record"]


def test_the_cheaper_tier_of_the_gateway_counts_beyond_300_million_a_month(results: Results) -> None:
    call, _, _ = cost.WORKLOADS

    assert cost.per_million(results, call, 1)["API Gateway"] == 5.00
    assert cost.per_million(results, call, 100)["API Gateway"] == pytest.approx((300 + 996 * 0.9) / 1296 * 5)


def test_empty_queues_are_polled_three_times_a_minute_by_each_of_five() -> None:
    assert cost.polling() == pytest.approx(0.648 * (2 * 0.50 + 0.40))


def test_as_many_queues_are_polled_as_every_stack_has_functions_behind() -> None:
    assert template.queues_polled() == cost.FIFO_QUEUES + cost.STANDARD_QUEUES


def test_more_memory_than_one_processor_makes_nothing_faster(results: Results) -> None:
    assert cost.cold_ms(results, 3538) == cost.cold_ms(results, 1769)
    assert cost.cold_ms(results, 512) == pytest.approx(100 * 1769 / 512)


def test_an_environment_takes_ten_requests_a_second_at_most(results: Results) -> None:
    assert cost.environments(results, "webhooks", "answer", 100) == 10


def test_limits_come_in_the_order_in_which_they_are_reached(results: Results) -> None:
    rates = [limit.per_second for limit in limits.of_calls(results)]

    assert rates == sorted(rates)
    assert 2000 in rates  # the gateway's 10,000 requests


def test_no_rate_is_published_that_an_aws_account_does_not_reach_with_its_default_quotas() -> None:
    quotas = [limit for limit in limits.of_calls(Results.read()) if not limit.name.startswith("The stack")]

    met = [
        limit.name for limit in quotas if limit.where != "elsewhere" and limit.per_second < max(cost.BATCH)
    ]

    assert met == []


def test_the_index_of_the_timeline_has_keys_for_every_rate_that_is_published() -> None:
    writes_a_key = 1000  # AWS: a partition's

    assert events.SHARDS * writes_a_key > max(cost.BATCH) * 2  # uneven as hashes are


def test_both_pages_are_written_from_the_numbers_that_are_kept() -> None:
    results = Results.read()

    assert performance.PAGE.read_text() == performance.text(results), (
        "run `make bench`, or python -m benchmarks --page"
    )
    assert cost_page.PAGE.read_text() == cost_page.text(results), "as above"


def test_the_published_run_met_every_budget() -> None:
    assert "missed" not in tables.budgets(Results.read())


@pytest.mark.parametrize("quantity", ["cpu_ms", "wall_ms", "rss_mb"])
def test_no_peer_starts_as_cheaply_even_without_reading_a_secret(quantity: str) -> None:
    assert_first("cold", quantity)


@pytest.mark.parametrize("quantity", ["p50_us", "cpu_us", "rss_mb"])
def test_no_peer_answers_as_cheaply_once_it_is_warm(quantity: str) -> None:
    assert_first("warm", quantity)


def assert_first(kind: str, quantity: str) -> None:
    """Whether the deployed answer function is ahead of every peer in the published run."""
    webhooks = Results.read().groups["webhooks"]
    peers = {name: webhooks.median(name, kind, quantity) for name in subjects.PEER_NAMES.values()}
    assert webhooks.median(subjects.ANSWER, kind, quantity) < min(peers.values()), peers


def test_a_figure_never_comes_from_a_parameter_that_is_gone() -> None:
    assert template.default("OutboundConcurrency") >= 2
    with pytest.raises(LookupError, match="NoSuchParameter"):
        template.default("NoSuchParameter")


def test_an_event_is_as_dear_under_load_when_the_floor_grows_as_much(results: Results) -> None:
    cpu_us = {"bare handler": (100.0, 300.0), "answer": (150.0, 450.0), "event": (200.0, 1200.0)}
    results.groups["load"] = Group(
        cold={},
        warm={
            row(name, size): {key: [1.0] for key in ("per_second", "p50_ms", "p99_ms", "errors", "events")}
            | {"cpu_us": [alone if size == 1 else loaded]}
            for name, (alone, loaded) in cpu_us.items()
            for size in POOLS
        },
    )

    growth = {
        line.split("|")[1].strip(): line.split("|")[-3].strip() for line in tables.load(results).splitlines()
    }

    assert growth["answer, 8 at once"].startswith("1.00")
    assert growth["event, 8 at once"].startswith("2.00")
