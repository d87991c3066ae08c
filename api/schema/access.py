"""Who may read and change something: sessions."""

from typing import Literal

from pydantic import Field

from api.schema.base import Answer


class Session(Answer):
    """Who a key is, after it was exchanged for a cookie."""

    name: str | None = Field(description="the name of the key; null: the session has ended")
    role: Literal["reader", "editor"] | None = Field(
        description="what the key may do; the cookie reads alone"
    )
