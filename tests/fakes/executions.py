"""Step Functions, added to the fake AWS of `stores`: executions by their names.

Source: Step Functions API reference (StartExecution: the same name with the same input is the same one while
it runs; DescribeExecution).
"""

from tests.fakes.stores import OPERATIONS, Aws, Json, Refusal

EXECUTIONS: dict[str, Json] = {}
"""What was started since a test cleared it: the execution's `input`, and its `status`."""


def start(_aws: Aws, asked: Json) -> Json:
    new = {"input": asked["input"], "status": "RUNNING"}
    if EXECUTIONS.setdefault(asked["name"], new) != new:
        raise Refusal("ExecutionAlreadyExists")
    return {"executionArn": asked["name"], "startDate": 0}


def describe(_aws: Aws, asked: Json) -> Json:
    name = asked["executionArn"].rpartition(":")[2]
    if name not in EXECUTIONS:
        raise Refusal("ExecutionDoesNotExist")
    return {"executionArn": name, "stateMachineArn": "", "startDate": 0, **EXECUTIONS[name]}


OPERATIONS.update({"AWSStepFunctions.StartExecution": start, "AWSStepFunctions.DescribeExecution": describe})
