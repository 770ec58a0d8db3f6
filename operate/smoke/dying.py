"""The line about a provisioner that dies: CloudFormation hears FAILED, long before ServiceTimeout."""

import json

from operate.smoke.bench import Bench, DiffersError

SERVICE_TIMEOUT_S = 900
# Lambda tries again after a minute, then hands the request over.
_PATIENCE_S = 300
_SAYS = "stopped before it could answer"


def killed(bench: Bench) -> str:
    """A custom resource of a stack of its own, whose provisioner can't be loaded."""
    token = bench.deployed().output("ProvisionerServiceToken")
    properties = {"ServiceToken": token, "ServiceTimeout": SERVICE_TIMEOUT_S}
    resource = {"Type": "Custom::WebhookCheck", "Properties": properties}
    cloudformation, name = bench.client("cloudformation"), stack_of(bench)
    with bench.without_its_handler("Provisioner", "provisioner.not_there.at_all"):
        begun = bench.now()
        cloudformation.create_stack(
            StackName=name,
            TemplateBody=json.dumps({"Resources": {"Killed": resource}}),
            # Nothing is rolled back while the provisioner is dead: it would have to answer for that, too.
            OnFailure="DO_NOTHING",
        )
        reason = bench.seen_within(_PATIENCE_S, lambda: _failure(bench, name))
    took = f"{bench.now() - begun:.0f} s"
    if not reason:
        raise DiffersError(f"CloudFormation had no answer after {took}")
    if _SAYS not in reason:
        raise DiffersError(f"after {took}: {reason}")
    bench.provoked.add("ProvisionerDiedAlarm")
    return f"FAILED after {took}: {reason}"


def stack_of(bench: Bench) -> str:
    """The name of the stack with the one custom resource."""
    return f"{bench.name}-killed"


def _failure(bench: Bench, stack: str) -> str:
    events = bench.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    return next(
        (
            str(event.get("ResourceStatusReason", ""))
            for event in events
            if event["LogicalResourceId"] == "Killed" and event["ResourceStatus"] == "CREATE_FAILED"
        ),
        "",
    )
