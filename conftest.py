"""Let every test below this folder run on the stack that `make up` deployed: `pytest --stage`."""

pytest_plugins = ["local.pytest_stage"]
