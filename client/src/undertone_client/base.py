"""The base of the models, which are generated from the API's OpenAPI document."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel, frozen=True):
    """Base class of what the API answers. Fields that a newer app added are left out."""

    model_config = ConfigDict(
        extra="ignore",
        # 160 models would take half a second to build; a program needs a few of them.
        defer_build=True,
        protected_namespaces=(),
    )


class Body(BaseModel, frozen=True):
    """Base class of what is sent. An unknown field raises pydantic.ValidationError."""

    model_config = ConfigDict(
        extra="forbid",
        defer_build=True,
        protected_namespaces=(),
        # A field whose name is a word of Python has an underscore here, and none in JSON.
        populate_by_name=True,
    )
