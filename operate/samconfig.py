"""The stages of samconfig.toml."""

import tomllib
from typing import Any

from operate import paths
from operate.errors import OperatorError


def settings_of(stage: str) -> dict[str, Any]:
    """What samconfig.toml says about a stage, by the SAM CLI's commands.

    Raises:
        OperatorError: There is no such stage.
    """
    settings: dict[str, Any] = tomllib.loads((paths.ROOT / "samconfig.toml").read_text())
    stages = [name for name in settings if name != "version"]
    if stage not in stages:
        raise OperatorError(
            f"samconfig.toml has no stage {stage!r}.", f"Use one of: ENV={' ENV='.join(stages)}"
        )
    stage_settings: dict[str, Any] = settings[stage]
    return stage_settings
