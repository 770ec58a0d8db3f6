"""A stage's settings, read into a dataclass of the user's.

The stack beside this one keeps them in one parameter: the names of what it made, and the values of the
stage's file, app/settings/<stage>.json.

Source: AWS Systems Manager API reference, GetParameter.
"""

import dataclasses
import functools
import json
import types
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from switchboard.aws.signed import Service
from switchboard.environment import required
from switchboard.errors import AwsError, SettingError
from switchboard.yours.kept import Kept

# How long a caller may be kept waiting.
_TIMEOUT_S = 1.5
# The key of the parameter under which the stage's file is; in there, `stage` says which stage that is.
FILE = "app/settings"

T = TypeVar("T")


def settings(into: type[T]) -> T:
    """The stage's settings; the first call of an environment asks AWS, those of the next 5 minutes don't.

        @dataclass(frozen=True)
        class Mine:
            callers_table: str
            greeting: str = "Hello"

        mine = settings(Mine)

    Call it in the flow, not where its module is loaded: a function that can't start can't answer.

    Args:
        into: a dataclass. Its fields may be `str`, `int`, `float`, `bool`, a `Literal`, lists and
            dictionaries of these, or one of several (`str | None`). A field with a default may be missing.

    Raises:
        SettingError: a setting is missing or of another type; the message names it, the file and the stage.
            Or there are no settings at all, or AWS didn't answer.
    """
    document = _kept(required("SWITCHBOARD_STACK")).value()
    given = document.get(FILE, {})
    values = {**document, **given}
    hints = get_type_hints(into)
    found: dict[str, Any] = {}
    for field in dataclasses.fields(into):  # type: ignore[arg-type]
        place = f"app/settings/{given.get('stage', '<stage>')}.json"
        if field.name in values:
            found[field.name] = _checked(values[field.name], hints[field.name], field.name, place)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise SettingError(
                f"The setting {field.name} is missing. Write it into {place}, and deploy again."
            )
    return into(**found)


def _checked(value: object, wanted: Any, name: str, place: str) -> object:  # noqa: ANN401 - any annotation
    """The value as it is wanted; a whole number is a number, too."""
    if wanted is float and type(value) is int:
        return float(value)
    if not _is(value, wanted):
        kind = wanted.__name__ if isinstance(wanted, type) and not get_args(wanted) else str(wanted)
        told = f"The setting {name} of {place} is {json.dumps(value)}, and the flow takes {kind}."
        raise SettingError(f"{told} Correct one of them, and deploy again.")
    return value


def _is(value: object, wanted: Any) -> bool:  # noqa: ANN401
    kind, inner = get_origin(wanted) or wanted, get_args(wanted)
    if kind in (Union, types.UnionType):
        return any(_is(value, each) for each in inner)
    if kind is Literal:
        return value in inner
    if kind is float:
        return type(value) in (int, float)
    if type(value) is not kind:  # True is no number here
        return False
    each_in = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return not inner or all(_is(each, inner[-1]) for each in each_in)


@functools.cache
def _kept(stack: str) -> Kept[dict[str, Any]]:
    return Kept(functools.partial(_read, f"/switchboard-app/{stack}/settings"), "Settings")


def _read(name: str) -> dict[str, Any]:
    try:
        text = _parameters.call("GetParameter", {"Name": name}, timeout_s=_TIMEOUT_S)["Parameter"]["Value"]
        document = json.loads(text)
    except AwsError as error:
        raise SettingError(_refusal(name, error)) from error
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get(FILE, {}), dict):
        raise SettingError(f"The parameter {name} isn't a JSON object. Deploy the app stack again.") from None
    return document


def _refusal(name: str, error: AwsError) -> str:
    if error.code == "ParameterNotFound":
        return (
            f"There is no parameter {name}: the app stack isn't deployed, or doesn't make it. "
            "docs/your-stack.md says how."
        )
    return f"The parameter {name} could not be read ({error.code}: {error.message[:400]})."


_parameters = Service("ssm", "AmazonSSM", "1.1", "AWS_ENDPOINT_URL_SSM")
