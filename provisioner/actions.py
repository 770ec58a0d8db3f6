"""What an operator may ask for, besides what CloudFormation asks."""

from collections.abc import Mapping
from typing import Any

from provisioner.errors import ProvisionerError


def act(event: Mapping[str, Any], _remaining_s: float) -> dict[str, Any]:
    """Do an action and return its report.

    Raises:
        ProvisionerError: there is no such action.
    """
    raise ProvisionerError(f"{event.get('action')!r} is not an action.")
