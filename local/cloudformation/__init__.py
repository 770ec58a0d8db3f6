"""CloudFormation's side of the custom-resource protocol, with everything that goes wrong in it.

Runs any `lambda_handler(event, context)` as CloudFormation and Lambda would: deliveries at least once,
sometimes twice or at the same moment; answers that must be PUT, once, small, with an empty content type;
ids that decide between update and replacement; rollbacks that swap old and new properties; ids made up when
none was answered.

    with CloudFormation(lambda_handler) as cloudformation:
        stack = cloudformation.stack("shop")
        created = stack.create("Phone", "Custom::VonageNumber", {"Numbers": ["447700900000"]}, deliveries=2)
        assert created.succeeded

Source: CloudFormation User Guide, "Custom resource request and response reference".
"""

from local.cloudformation.delivery import Context, Handler
from local.cloudformation.response_url import Outcome, ProtocolError
from local.cloudformation.stack import CloudFormation, Stack

__all__ = ["CloudFormation", "Context", "Handler", "Outcome", "ProtocolError", "Stack"]
