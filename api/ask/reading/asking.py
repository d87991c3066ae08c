"""A question on its way to an answer: what was parsed, its hours, and the answer so far."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from pydantic import JsonValue

from api.ask.citing import Citing
from api.ask.links import scope_page
from api.ask.parsed import Parsed
from api.ask.window import Hours
from api.deps import Deps
from api.mcp.reader import Reader
from api.mcp.reading import address
from api.schema.parameters import Parameters
from shared.models import ALL

P = TypeVar("P", bound=Parameters)
T = TypeVar("T")


@dataclass(frozen=True)
class Asking:
    """A question that is being answered; now is the time of the request."""

    reader: Reader
    parsed: Parsed
    hours: Hours
    now: datetime
    citing: Citing = field(default_factory=Citing)

    @property
    def subject(self) -> str | None:
        """Return the id of the only subject."""
        return self.parsed.subjects[0].id if self.parsed.subjects else None

    @property
    def community(self) -> str | None:
        """Return the id of the only community."""
        return self.parsed.communities[0].id if self.parsed.communities else None

    @property
    def name(self) -> str:
        """Return what people call the scope."""
        subject = self.parsed.subjects[0].name if self.parsed.subjects else None
        community = self.parsed.communities[0].name if self.parsed.communities else None
        if subject and community:
            return f"{subject} in {community}"
        return subject or community or "all communities"

    @property
    def about(self) -> str:
        """Return the scope in a sentence: about Cursor, in r/claude, in all communities."""
        if self.parsed.subjects:
            return f"about {self.name}"
        return f"in {self.name}"

    @property
    def scope_name(self) -> str:
        """Return the name of a scope that is a subject, a community or all."""
        scopes = self.parsed.scopes
        return scopes[0].scope if scopes else ALL

    @property
    def is_in_both(self) -> bool:
        """Return whether the scope is a subject in a community."""
        return self.subject is not None and self.community is not None

    @property
    def page(self) -> str | None:
        """Return the dashboard's query of the scope and the span."""
        return scope_page(self.subject, self.community, self.hours, self.now)

    def parameters(self, model: type[P], **more: JsonValue) -> P:
        """Return the parameters of a read of the scope and the span, and `more`.

        Raises ValidationError where the model refuses them.
        """
        scope = {"subject": self.subject, "community": self.community}
        own = {name: value for name, value in scope.items() if value is not None}
        return model.model_validate({**own, **self.hours.parameters, **more})

    async def read(
        self,
        read: Callable[[Deps, P], Awaitable[T]],
        parameters: P,
        *,
        cite: tuple[str, str, str],
        page: str | None = None,
    ) -> tuple[T, int]:
        """Return what a read returns, and its number as evidence.

        cite are the tool, the title and the path below /api/v1. page is the dashboard's query; that
        of the scope without one. Raises what reads of the API raise.
        """
        tool, title, path = cite
        answer = await self.reader.read(read, parameters)
        request = address(path, parameters)
        return answer, self.citing.cite(tool, title, request, page or self.page)
