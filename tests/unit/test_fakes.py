"""Our fakes are as strict as AWS where the emulators are not; `make contract` judges the rest of them."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config

from provisioner.cloudformation.deadline import Deadline
from provisioner.world.aws import patient
from provisioner.world.records import Records
from tests.fakes import stores
from tests.fakes.clock import Clock

SESSION = boto3.Session("AKIAEXAMPLE", "example", region_name="us-east-1")
ONCE = Config(retries={"total_max_attempts": 1})  # botocore's pauses would be real


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def aws(clock: Clock) -> Iterator[stores.Aws]:
    with stores.running() as fake:
        fake.now = clock.now
        yield fake


@pytest.fixture
def records(aws: stores.Aws, clock: Clock) -> Records:
    client = SESSION.client("ssm", endpoint_url=aws.url, config=ONCE)
    return Records(patient(client, Deadline.after(60, clock.now, clock.sleep)), "/switchboard/test")


def test_records_are_written_though_parameter_store_takes_three_a_second(
    aws: stores.Aws, records: Records
) -> None:
    aws.puts_per_s = 3

    for number in range(5):
        records.put(f"resources/r-{number}", {})

    assert len(aws.parameters) == 5
    assert len(aws.calls) > 5, "none was throttled"


def test_a_deleted_name_rests_before_it_is_created_again(aws: stores.Aws, records: Records) -> None:
    records.create("leases/r-1/1", {})
    records.remove("leases/r-1/1")

    aws.rest_s = 30
    assert not records.create("leases/r-1/1", {})
    assert records.create("leases/r-1/2", {})

    aws.rest_s = 0
    assert records.create("leases/r-1/1", {})
