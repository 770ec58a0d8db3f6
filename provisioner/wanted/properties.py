"""What a template may say about a `Custom::VonageApplication` or `Custom::VonageNumber`.

CloudFormation turns every scalar into a string, so "true" and "30" are read as what they mean and everything
else is refused with its path and what is allowed.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from provisioner.errors import InvalidPropertiesError
from provisioner.wanted import capabilities, errors
from provisioner.wanted.msisdn import read_numbers
from provisioner.wanted.scalars import Anything, Flag, Shape, Text, Uuid, Version


class ResourceProperties(Shape):
    """What both types have in common; the token and timeout are CloudFormation's own, and its to judge."""

    ServiceToken: Anything = None
    ServiceTimeout: Anything = None
    PropertiesVersion: Version = "1"
    CredentialsSecret: Text


class Application(ResourceProperties):
    """`Custom::VonageApplication`."""

    Name: Text
    ApplicationSecret: Text
    Capabilities: capabilities.Capabilities
    ImproveAi: Flag = False
    KeyVersion: Annotated[Text, BeforeValidator(str)] = "1"
    AdoptApplicationId: Uuid | None = None
    AllowTakeover: Flag = False

    @model_validator(mode="before")
    @classmethod
    def _without_empty_adoption(cls, value: object) -> object:
        """A parameter left empty arrives as an empty string: nothing to adopt."""
        if isinstance(value, Mapping) and value.get("AdoptApplicationId") == "":
            return {key: item for key, item in value.items() if key != "AdoptApplicationId"}
        return value


class Number(ResourceProperties):
    """`Custom::VonageNumber`."""

    ApplicationId: Uuid
    Numbers: Annotated[list[str], BeforeValidator(read_numbers), Field(min_length=1, max_length=100)]
    AllowTakeover: Flag = False


Kind = TypeVar("Kind", bound=Shape)


def application(properties: Mapping[str, Any]) -> Application:
    """The properties of an application.

    Raises:
        InvalidPropertiesError: one or more properties are wrong; all of them are named, with what is allowed.
    """
    return _read(Application, properties)


def number(properties: Mapping[str, Any]) -> Number:
    """The properties of a number link.

    Raises:
        InvalidPropertiesError: one or more properties are wrong; all of them are named, with what is allowed.
    """
    return _read(Number, properties)


def called_numbers(properties: Mapping[str, Any]) -> list[str]:
    """The numbers in `Number` of a check, which may be one, several or none.

    Raises:
        InvalidPropertiesError: it is not a telephone number.
    """
    try:
        return read_numbers(properties.get("Number") or "")
    except ValueError as error:
        raise InvalidPropertiesError(
            f"Invalid properties. Number: {error}.", code="PROPERTIES_INVALID"
        ) from None


def _read(kind: type[Kind], properties: Mapping[str, Any]) -> Kind:
    try:
        return kind.model_validate(dict(properties))
    except ValidationError as error:
        raise InvalidPropertiesError(errors.explain(error, kind), code="PROPERTIES_INVALID") from None
