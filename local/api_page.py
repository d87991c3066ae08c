"""docs/api.md, written from the OpenAPI document: `python -m local.api_page > docs/api.md`."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.http.openapi import openapi_document

HEAD = """# The HTTP API

Written from the OpenAPI document, which the app serves at `/api/v1/openapi.json` and shows at
`/api/v1/docs`. `make docs` writes this page anew.

Times are UTC, ISO 8601 with Z; parameters take those of RFC 3339, in any offset, and a leap second
as the beginning of the next minute. A window of N hours is the current hour so far and the N-1
before it. An empty parameter counts as not given, and names of parameters count in any case. One
that a call doesn't take is refused with 422; `code`, a function key, is always taken. Reads are
anonymous; their answers carry an ETag, and 304 follows where nothing has changed. Errors are
problem documents (RFC 9457): `type`, `title`, `status`, `detail`, `instance`, and an `errors` list
that names each refused parameter and what it takes. HEAD answers wherever GET does, with the same
status and headers and no body.

The form of an answer is what `format` says, or else what the Accept header likes best. A header
that likes none of what there is gets the first one, JSON mostly; 406 follows only where it refuses
that with `q=0`. Parts of it that can't be read don't count. Accept-Encoding is read the same way,
and chooses between gzip and none.

Every read has one bound, whatever its form: a page or a file holds at most 500 posts or comments,
a search reads at most 500, and over quiet hours a page may hold fewer than `limit`, or none. The
Link header leads on, until there is none. Searches, files, more than 100 items and long spans of
many subreddits are heavy: four at once are read, twelve wait, and the next ones get 429 with
Retry-After. No other call waits for them.

The same words of one author in several subreddits, and cross-posts, are copies. A list over all
subreddits has one of them, whose `copies` names the others; the `copy_of` of these names it. A list
of one subreddit has what is in it. Figures count each, and say how many posts are `copies`.

CSV is as RFC 4180 says, in UTF-8. A text that a spreadsheet could take for a formula begins with an
apostrophe, and one of more than 32,767 characters, which no cell of Excel's holds, is cut and says
so. In NDJSON each line is one to every reader: U+0085, U+2028 and U+2029 are escaped.

`/trending.atom` has an entry for each topic, which leads to its posts on the dashboard. `updated`
is when an entry last came to say something else. Ids are tag: URIs of the app's own host on Azure,
and of the host that was asked elsewhere; those of sample data are others, and the feed says that it
is one.

Every answer carries `X-Request-Id`, which the log has too, `Server-Timing`, and its length where it
has a body.

A body comes with its Content-Length: one in chunks is refused with 411. One of more than 64 KB is
refused with 413; above 128 KB (`FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`) the Functions host ends the
connection with an empty 500 before the API sees it. GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS
are answered with a problem document (404, or 405 with `Allow`) where a path doesn't take them; any
other method, a line over 8 KB (414) and headers over 32 KB (431) the host answers, without a body.
The host's own answers carry the security headers too, but none of the others."""


def page() -> str:
    """Return the page."""
    document = openapi_document()
    return "\n".join([HEAD, *_endpoints(document), *_schemas(document)]) + "\n"


def _endpoints(document: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"\n## {method.upper()} {path}\n"
            yield f"{operation['summary']}."
            if operation["parameters"]:
                yield "\n| parameter | default | takes |\n| --- | --- | --- |"
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
