"""Both layers are deployed broken: only the fallback can be imported, and callers still hear something."""

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from local import aws
from local.stage import Stage
from vonage_simulator.vonage import Vonage

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

BROKEN = "raise ImportError('this layer was deployed broken')\n"
PACKAGES = ("switchboard", "pydantic")


@pytest.fixture
def functions(stage: Stage) -> "LambdaClient":
    return aws.session(stage.aws_url).client("lambda", endpoint_url=stage.aws_url)


@pytest.fixture
def broken_layers(stage: Stage, functions: "LambdaClient") -> Iterator[None]:
    """Give the answer and event functions two layers that cannot be imported, and their own ones back."""
    broken = [publish(functions, package) for package in PACKAGES]
    deployed = functions.list_functions()["Functions"]
    names = {
        f["FunctionName"]: [layer["Arn"] for layer in f.get("Layers", [])]
        for f in deployed
        if f["FunctionName"].startswith((f"{stage.stack_name}-Answer", f"{stage.stack_name}-Event"))
    }
    assert len(names) == 2
    for name in names:
        functions.update_function_configuration(FunctionName=name, Layers=broken)
    yield
    for name, layers in names.items():
        functions.update_function_configuration(FunctionName=name, Layers=layers)


def publish(functions: "LambdaClient", package: str) -> str:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(f"python/{package}/__init__.py", BROKEN)
    published = functions.publish_layer_version(
        LayerName=f"broken-{package}", Content={"ZipFile": content.getvalue()}
    )
    return published["LayerVersionArn"]


@pytest.mark.usefixtures("broken_layers")
def test_caller_hears_the_apology_of_the_fallback(stage: Stage, vonage: Vonage) -> None:
    number = stage.outputs()["LinkedNumbers"].split(",")[0]

    outcome = vonage.engine.run(vonage.lines.call_in("447700900111", number))

    webhooks = vonage.journal.entries(kind="webhook", call=outcome.call)
    statuses = {hook["webhook"]: hook["response"]["status"] for hook in webhooks}
    heard = [line["text"] for line in outcome.transcript if line["what"] == "talk"]
    assert statuses["answer"] >= 500
    assert statuses["fallback"] == 200
    assert heard == ["We are sorry, we cannot take your call at the moment. Please try again later."]
