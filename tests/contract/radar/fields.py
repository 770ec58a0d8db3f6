"""What a JSON Schema says about each field, flat: the form in which our types and the SDKs' are compared."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

Schema = dict[str, Any]
KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "any number": "any number",  # what TypeScript has
    "boolean": "true or false",
    "array": "list",
    "object": "object",
}


class Field(NamedTuple):
    """A field as one side knows it.

    `values` is empty where any value goes. `span` is the smallest and the greatest number, `length` the
    shortest and the longest text or list; None where there is no limit.
    """

    kinds: list[str]
    required: bool
    values: list[str]
    span: list[float | None]
    length: list[int | None]


def fields(schemas: Sequence[Schema]) -> dict[str, Field]:
    """The fields of a shape by their paths, `dtmf.maxDigits` or `endpoint[].number`.

    Several schemas are taken as one of many forms: a field is required when all forms require it, and its
    limits are the widest. Null is left out: neither we nor the SDKs send it.
    """
    forms = [form for schema in schemas for form in _forms(schema, schema.get("$defs", {}), frozenset())]
    return dict(_below("", forms, required=True))


class _Form(NamedTuple):
    """One form that a value may take; `refs` are the definitions it lies in, so that recursion ends."""

    schema: Schema
    definitions: dict[str, Schema]
    refs: frozenset[str]

    def inner(self, schema: Schema) -> list["_Form"]:
        return _forms(schema, self.definitions, self.refs)


def _forms(schema: Schema, definitions: dict[str, Schema], refs: frozenset[str]) -> list[_Form]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return [] if name in refs else _forms(definitions[name], definitions, refs | {name})
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return [form for part in schema[union] for form in _forms(part, definitions, refs)]
    return [] if schema.get("type") == "null" else [_Form(schema, definitions, refs)]


def _below(path: str, forms: Sequence[_Form], *, required: bool) -> Iterator[tuple[str, Field]]:
    yield path, _field([form.schema for form in forms], required=required)
    objects = [form for form in forms if "properties" in form.schema]
    for name in dict.fromkeys(name for form in objects for name in form.schema["properties"]):
        having = [form for form in objects if name in form.schema["properties"]]
        inner = [one for form in having for one in form.inner(form.schema["properties"][name])]
        needed = all(name in form.schema.get("required", ()) for form in objects)
        yield from _below(f"{path}.{name}".lstrip("."), inner, required=needed)
    items = [one for form in forms if "items" in form.schema for one in form.inner(form.schema["items"])]
    if items:
        yield from _below(f"{path}[]", items, required=True)


def _field(schemas: Sequence[Schema], *, required: bool) -> Field:
    values = [_values(schema) for schema in schemas]
    open_ended = any(
        not listed and KINDS.get(schema.get("type", "")) == "text"
        for listed, schema in zip(values, schemas, strict=True)
    )
    return Field(
        kinds=sorted({KINDS.get(schema.get("type", ""), "anything") for schema in schemas} or {"anything"}),
        required=required,
        values=[] if open_ended else sorted({value for listed in values for value in listed}),
        span=_widest(schemas, [("minimum", "maximum")], {"integer", "number"}),
        length=_widest(schemas, [("minLength", "maxLength"), ("minItems", "maxItems")], {"string", "array"}),
    )


def _values(schema: Schema) -> list[str]:
    return [str(value) for value in schema.get("enum", [schema["const"]] if "const" in schema else [])]


def _widest(schemas: Sequence[Schema], names: Sequence[tuple[str, str]], types: set[str]) -> list[Any]:
    """The lowest and the highest limit among the schemas of these types; None where one of them has none."""
    limited = [schema for schema in schemas if schema.get("type") in types]
    ends: list[Any] = []
    for end, choose in ((0, min), (1, max)):
        found: list[Any] = [next((s[pair[end]] for pair in names if pair[end] in s), None) for s in limited]
        ends.append(None if not found or None in found else choose(found))
    return ends
