"""Prints, as JSON, what `sam deploy` reads about a stage: `python resolve.py STAGE`, in the project's folder.

Run by the interpreter of the SAM CLI's environment, whose packages aren't ours. Which file it is, how its
sections add up, and what a parameter override means in any of its forms is decided by SAM's own code.
"""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import click
from samcli.cli.types import CfnParameterOverridesType
from samcli.lib.config.exceptions import FileParseException, SamConfigVersionException
from samcli.lib.config.samconfig import SamConfig


class Overrides(CfnParameterOverridesType):
    """Parameter overrides as SAM reads them, with what SAM would pass over in silence refused."""

    def convert(self, values: object, *context: object) -> dict[str, str]:
        """A dictionary of what is written; SAM comes back here for every file that is included."""
        for text in _texts(values):
            if left := self._left_out(text):
                self.fail(
                    f"SAM would leave out {left!r} of {text!r}. A value with blanks needs quotation marks "
                    'within the text: Name="Front desk"'
                )
        return super().convert(values, *(context or (None, None)))

    def _left_out(self, text: str) -> str:
        for pattern in self.ordered_pattern_match:
            rest, hits = re.subn(pattern, "", f" {text.strip()}")
            if hits:
                return rest.strip()
        return ""  # a file, or nothing that SAM could read, which it refuses itself


def _texts(values: object) -> Iterator[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _texts(value)


def resolve(stage: str) -> dict[str, Any]:
    """The file, its stages, and of this one what `sam deploy` takes from it."""
    file = SamConfig.get_default_file(".")
    found = {"file": file}
    try:
        config = SamConfig(".", file)
        found["stages"] = config.get_stage_configuration_names()
        if stage not in found["stages"]:
            return found
        settings = config.get_all(["deploy"], "parameters", stage)
        overrides = Overrides().convert(settings.get("parameter_overrides"))
    except click.ClickException as error:
        return {**found, "refused": str(error.message)}
    except (SamConfigVersionException, FileParseException, UnicodeDecodeError) as error:
        return {**found, "refused": str(error)}
    given = {
        name: settings.get(name) for name in ("stack_name", "region", "profile", "s3_bucket", "s3_prefix")
    }
    return {**found, **given, "overrides": overrides}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(resolve(sys.argv[1])))
