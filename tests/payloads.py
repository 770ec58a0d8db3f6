"""Payloads that hypothesis makes up: any JSON, and any wire type.

Hypothesis has no idea of `Any`, which stands for JSON in the wire types.
"""

from typing import Any, get_args

from hypothesis import strategies as st
from switchboard.wire.message_requests import Email

from tests.samples import sample

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def _dictionaries(shape: Any) -> st.SearchStrategy[dict[str, Any]]:  # noqa: ANN401 - a parametrised dict
    _, value = get_args(shape) or (str, Any)
    return st.dictionaries(st.text(), JSON if value is Any else st.from_type(value), max_size=3)


def _lists(shape: Any) -> st.SearchStrategy[list[Any]]:  # noqa: ANN401 - a parametrised list
    (value,) = get_args(shape) or (Any,)
    return st.lists(JSON if value is Any else st.from_type(value), max_size=3)


st.register_type_strategy(dict, _dictionaries)
st.register_type_strategy(list, _lists)
# Beyond, a number and its digits are two numbers.
st.register_type_strategy(float, st.floats(min_value=-(2.0**53), max_value=2.0**53))
st.register_type_strategy(Email, st.just(sample("command_email_html")["detail"]))  # its `content` is `Any`


def payload(shape: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a wire type
    """Values of a wire type, with any of its optional keys."""
    return st.from_type(shape)
