"""The project's own plugins, where the environment isn't the one that `make` installs them into."""

pytest_plugins = ["local.pytest_stage", "vonage_simulator.testing.pytest_plugin"]
