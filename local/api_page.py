"""Generates docs/api.md from the OpenAPI document: `python -m local.api_page > docs/api.md`."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.http.openapi import openapi_document

HEAD = """# The HTTP API

Generated from the OpenAPI document by `make docs`. The app serves that document at
`/api/v1/openapi.json` and shows it at `/api/v1/docs`.

## Conventions

- Times are UTC, ISO 8601 with Z. Parameters accept RFC 3339 with any offset; a leap second means
  the beginning of the next minute.
- A window of N hours is the current hour so far and the N-1 hours before it.
- An empty parameter counts as missing, and names of parameters can be in upper or lower case. An
  unknown parameter is refused with 422; `code`, a function key, is always accepted.
- Reads need no key, unless READ_ACCESS says otherwise ([access.md](access.md)). Their answers have
  an ETag, and an unchanged answer is 304. HEAD works wherever GET does, with the same status and
  headers and no body.
- Errors are problem documents (RFC 9457): `type`, `title`, `status`, `detail`, `instance`, and a
  list `errors` with each refused parameter and what it accepts.
- Every answer has `X-Request-Id`, which is also in the log, `Server-Timing`, and its length if it
  has a body.

**Formats.** `format` decides the format of an answer, and without it the Accept header. If the
header accepts none of the formats, the answer has the first one, usually JSON, unless the header
refuses it with `q=0`: then the answer is 406. Unreadable parts of the header are ignored.
Accept-Encoding is read in the same way and chooses between gzip and none.

- CSV follows RFC 4180, in UTF-8. A text that a spreadsheet could read as a formula begins with an
  apostrophe. A text of more than 32,767 characters, Excel's limit for a cell, is cut and says so.
- Parquet has the columns of CSV, with types. [exports.md](exports.md) lists the columns of all
  files.
- NDJSON escapes U+0085, U+2028 and U+2029, so every reader sees the same lines.
- `/trending.atom` has an entry for each topic, which links to its posts on the dashboard. `updated`
  is when the content of an entry last changed. Ids are tag: URIs of the app's host name on Azure,
  and otherwise of the requested host. Feeds of sample data have other ids and say that they are
  one.

**Pages.** A page or a file has at most 500 posts or comments, and a search reads at most 500 items.
Over quiet hours a page may have fewer items than `limit`, or none. The Link header leads to the
next page; the last page has none.

**Days.** `/exports/items` returns all posts and comments of a day as one file, at most 10,000.

**Heavy reads** are searches, files, more than 100 items, and long spans of many subreddits. Four
run and twelve wait (with SQLite one and fifteen); further ones get 429 with Retry-After. Other
requests never wait for them.
A client may ask for some a minute, of those that aren't in memory (HEAVY_READS_A_MINUTE):
`RateLimit` and `RateLimit-Policy` say how many are left, as [draft 11 of the
IETF](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/11/) defines them. Where
the request units of a day (DAILY_READ_UNITS) are spent, reads without a key get 429 until the next
day (UTC): first heavy reads, at nine tenths of them, then all that isn't in memory. An older answer
is given instead where there is one; its `Age` says how old it is.

**Copies** are the same words of one author in several subreddits, and cross-posts. A list over all
subreddits has one of them: its `copies` names the others, and their `copy_of` names it. A list of
one subreddit has all of its posts. Statistics count every copy, and `copies` says how many there
are.

**Limits.** A body needs a Content-Length: a chunked one is refused with 411. A body over 64 KB,
or over 1 MiB at `/ingest`, is refused with 413. Above 2 MiB (`FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`)
the Functions host ends the connection with an empty 500. If a path doesn't support a method, GET,
HEAD, POST, PUT, PATCH, DELETE and OPTIONS get a problem document (404, or 405 with `Allow`). The
host itself answers other methods, lines over 8 KB (414) and headers over 32 KB (431), without a
body. Its answers have the security headers but none of the other headers."""


def page() -> str:
    """Return the page."""
    document = openapi_document()
    return "\n".join([HEAD, *_endpoints(document), *_schemas(document)]) + "\n"


def _endpoints(document: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"\n## {method.upper()} {path}\n"
            yield f"{operation['summary']}."
            if body := operation.get("requestBody"):
                types = ", ".join(map(_code, body["content"]))
                shape = _shape(body) if "application/json" in body["content"] else ""
                yield f"\nThe body, {types}: {body['description']}{shape}"
            if operation["parameters"]:
                yield "\n| parameter | default | accepts |\n| --- | --- | --- |"
            for parameter in operation["parameters"]:
                default = parameter["schema"].get("default")
                shown = "required" if parameter["required"] else _code(default)
                description = parameter["description"].replace("|", "\\|")
                yield f"| `{parameter['name']}` | {shown} | {description} |"
            yield "\n| status | answer |\n| --- | --- |"
            for status, response in operation["responses"].items():
                yield f"| {status} | {response['description']}{_shape(response)} |"


def _schemas(document: Mapping[str, Any]) -> Iterator[str]:
    yield "\n# Shapes"
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield f"\n## {name}\n"
        yield schema.get("description", "").split("\n\n")[0].replace("\n", " ")
        if "properties" in schema:
            yield "\n| field | type | what |\n| --- | --- | --- |"
        for field, described in schema.get("properties", {}).items():
            yield f"| `{field}` | {_type(described)} | {described.get('description', '')} |"
        if "items" in schema:
            yield f"\nA list of {_type(schema['items'])}."


def _shape(response: Mapping[str, Any]) -> str:
    for content in response.get("content", {}).values():
        return f" {_type(content['schema'])}"
    return ""


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(_code(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if schema.get("type") == "object" and "additionalProperties" in schema:
        return f"object of {_type(schema['additionalProperties'])}"
    return str(schema.get("format") or schema.get("type") or _code(schema.get("const")))


def _code(value: object) -> str:
    return "" if value is None else f"`{value}`"


if __name__ == "__main__":
    print(page(), end="")
