"""What a deployment changed in the stack, in words."""

from collections.abc import Mapping


def told(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    """Which resources were added, changed and removed.

    Args:
        before: The resources of the processed template that was deployed, by their logical ids.
        after: Those of the one that is deployed now.
    """
    changed = [name for name in after if name in before and after[name] != before[name]]
    kinds = {
        "Added": [name for name in after if name not in before],
        "Changed": changed,
        "Removed": [name for name in before if name not in after],
    }
    said = [f"{kind}: {', '.join(names)}." for kind, names in kinds.items() if names]
    return "\n".join(said) or "Neither code nor template had changed since the last deployment."
