"""Translates documents and queries for Cosmos DB, and declares the indexes."""

from typing import Any

from shared.store.base import Container, Query

# The name of the conditional write that wrote the document.
WRITE = "_write"
SYSTEM_PROPERTIES = frozenset({"_rid", "_self", "_ts", "_attachments", WRITE})


def indexing_policy(container: Container[Any]) -> dict[str, Any]:
    """Return a policy that indexes only the properties that queries filter or order by.

    https://learn.microsoft.com/azure/cosmos-db/index-policy: the partition key isn't indexed by
    itself. Ordering by one path alone needs no composite index.
    """
    paths = {container.partition_key, *(path for index in container.indexes for path in index)}
    return {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": f"{_path(path)}/?"} for path in sorted(paths)],
        "excludedPaths": [{"path": "/*"}],
    }


def _path(path: str) -> str:
    return "/" + path.replace(".", "/")


def sql(query: Query[Any]) -> tuple[str, list[dict[str, Any]]]:
    """Return the query's text and its parameters."""
    conditions = [f"c.{query.container.partition_key} = @partition"]
    values: dict[str, str] = {"@partition": query.partition}
    for number, (path, value) in enumerate(query.equals.items()):
        conditions.append(f"c.{path} = @equal{number}")
        values[f"@equal{number}"] = value
    for name, bound, sign in (("@at_least", query.at_least, ">="), ("@below", query.below, "<")):
        if bound is not None:
            conditions.append(f"c.{query.order_by} {sign} {name}")
            values[name] = bound
    direction = "DESC" if query.descending else "ASC"
    where, order = " AND ".join(conditions), f"c.{query.order_by} {direction}"
    # Property names come from the container's indexes; values are passed as parameters.
    text = f"SELECT TOP {int(query.limit)} * FROM c WHERE {where} ORDER BY {order}"  # noqa: S608
    return text, [{"name": name, "value": value} for name, value in values.items()]


def theirs(document: Any) -> dict[str, Any]:
    """Return the properties of a document to write."""
    return {name: value for name, value in document.items() if not name.startswith("_")}


def ours(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with its ETag, without the database's other system properties."""
    return {name: value for name, value in document.items() if name not in SYSTEM_PROPERTIES}
