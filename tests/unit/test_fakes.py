"""Our fakes are as strict as AWS where the emulators are not; `make contract` judges the rest of them."""

from collections.abc import Iterator

import boto3
import pytest

from provisioner.world.aws import CONFIG
from provisioner.world.records import Records
from tests.fakes import stores

SESSION = boto3.Session("AKIAEXAMPLE", "example", region_name="us-east-1")


@pytest.fixture
def aws() -> Iterator[stores.Aws]:
    with stores.running() as fake:
        yield fake


@pytest.fixture
def records(aws: stores.Aws) -> Records:
    return Records(SESSION.client("ssm", endpoint_url=aws.url, config=CONFIG), "/switchboard/test")


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
