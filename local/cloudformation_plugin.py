"""A pytest plugin: the fixture `cloudformation`, for tests of any custom resource.

    # conftest.py
    pytest_plugins = ["local.cloudformation_plugin"]

    # test_my_resource.py
    def test_a_repeated_create_makes_one_thing(cloudformation):
        stack = cloudformation(my_app.lambda_handler).stack("shop")
        created = stack.create("Thing", "Custom::Thing", {"Size": 3}, deliveries=2, together=True)
        assert created.succeeded

An answer that CloudFormation would refuse fails the test, too.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from local.cloudformation import CloudFormation, Handler


@pytest.fixture
def cloudformation() -> Iterator[Callable[[Handler], CloudFormation]]:
    """Builds a CloudFormation around a handler; an answer it had to refuse fails the test at its end."""
    with ExitStack() as stack:
        yield lambda handler: stack.enter_context(CloudFormation(handler))
