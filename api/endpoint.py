"""Endpoints of the API as such: an address, models, and the problems that may be answered."""

from dataclasses import dataclass

from pydantic import BaseModel

from api.schema.parameters import Parameters

BASE = "/api/v1"
# https://www.iana.org/assignments/media-types/application/vnd.apache.parquet
PARQUET = "application/vnd.apache.parquet"
TEXT_FILES = ("text/csv", "application/x-ndjson")
FILES = (*TEXT_FILES, PARQUET)
MCP = "/mcp"
# The metadata of a protected resource, before its path: https://www.rfc-editor.org/rfc/rfc9728
SECURITY_TXT = "/.well-known/security.txt"
METADATA = "/.well-known/oauth-protected-resource"
UNAUTHORIZED = 401
PRECONDITION_REQUIRED = 428
# The problems of a change of the watchlist.
CHANGE = (401, 412, 422, 428)
# Where there is GET, there is HEAD.
READ = ("GET", "HEAD")


@dataclass(frozen=True)
class Endpoint:
    """One endpoint: the id of its operation, its path below /api/v1, and its models."""

    operation: str
    path: str
    summary: str
    answer: type[BaseModel]
    parameters: type[Parameters] | None = None
    method: str = "GET"
    status: int = 200
    problems: tuple[int, ...] = ()
    media_type: str = "application/json"
    files: tuple[str, ...] = ()
    """Other media types that it can return."""
    is_kept: bool = True
    """True: the answer has an ETag, which allows 304, and Accept chooses its format."""
    is_paged: bool = False
    """True: a Link header leads to the next page."""
    takes: str = ""
    """The description of its body of JSON lines; empty if it takes none."""
    body: type[BaseModel] | None = None
    """The model of its body of JSON, which may be missing where no property of it is needed."""
    creates: bool = False
    """True: it answers 201 if what it writes is new."""
    is_open: bool = False
    """True: anybody may call it, also where reads are closed."""

    @property
    def needs_match(self) -> bool:
        """Return whether a caller says in If-Match what it changes."""
        return PRECONDITION_REQUIRED in self.problems

    @property
    def function(self) -> str:
        """Return the name of the function that answers."""
        return _function(self.operation, self.path)

    @property
    def address(self) -> str:
        """Return the whole path: /api/v1/…."""
        return BASE + self.path

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the methods that it answers: https://www.rfc-editor.org/rfc/rfc9110#section-9.1."""
        return READ if self.method == "GET" else (self.method,)

    @property
    def needs_key(self) -> bool:
        """Return whether a caller needs a function key."""
        return UNAUTHORIZED in self.problems


@dataclass(frozen=True)
class Page:
    """A page of the app, or a file of one. Pages aren't in the OpenAPI document."""

    operation: str
    address: str
    methods: tuple[str, ...] = READ
    needs_key: bool = False
    is_open: bool = False
    """True: anybody may call it, also where reads are closed."""

    @property
    def function(self) -> str:
        """Return the name of the function that answers."""
        return _function(self.operation, self.address)


def _function(operation: str, path: str) -> str:
    """Name a function: api_ for a fixed address, item_ for one with a parameter.

    The host tries functions in the order of their names.
    """
    return f"{'item' if '{' in path else 'api'}_{operation}"
