"""The events that the code logs, with their fields, read from its source."""

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("api", "collector", "shared")
LOGGING = ("event", "repeated_event")
# Names that are composed, and fields that are passed on as a whole.
FUNCTIONS = (
    "collect", "collect_now", "backfill", "rematch", "ingest", "score", "trending", "cleanup",
    "correct", "evaluate_alerts", "deliver_alerts", "make_digests", "alerts",
)  # fmt: skip
STATUSES = ("completed", "failed")
OUTCOMES = ("sent", "folded", "failed", "retried")
NOTED = {"community", "kind", "message"}


def logged_events(root: Path) -> dict[str, set[str]]:
    """Return the fields of each event of the deployed code, by the event's name."""
    found: dict[str, set[str]] = {}
    # collector/runs.py logs the report of each job, which the job's own file makes.
    jobs = (ast.parse(file.read_text()) for file in (root / "collector").glob("*.py"))
    reported = {field for tree in jobs for field in _reported(tree)}
    for package in PACKAGES:
        for file in (root / package).rglob("*.py"):
            tree = ast.parse(file.read_text())
            for name, fields in _of(tree, reported):
                found.setdefault(name, set()).update(fields)
    return found


def logged_levels(root: Path) -> dict[str, set[int]]:
    """Return the levels at which each event of the deployed code is logged, by its name."""
    found: dict[str, set[int]] = {}
    for package in PACKAGES:
        for file in (root / package).rglob("*.py"):
            tree = ast.parse(file.read_text())
            for call in _calls(tree):
                for name in _names(call.args[1]):
                    found.setdefault(name, set()).update(_levels(call, tree))
    return found


def _levels(call: ast.Call, tree: ast.Module) -> set[int]:
    """Return the levels of a call; none if they are an argument of the function around it."""
    if len(call.args) < 3:
        return {logging.INFO}
    given = ast.unparse(call.args[2])
    assigned = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and given in map(ast.unparse, node.targets)
    ]
    levels = logging.getLevelNamesMapping()
    return {
        levels[node.attr]
        for value in (call.args[2], *assigned)
        for node in ast.walk(value)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "logging"
    }


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and ast.unparse(call.func) in LOGGING):
            continue
        if not isinstance(call.args[1], ast.Name):  # The event that repeated_event itself logs.
            yield call


def _of(tree: ast.Module, reported: set[str]) -> Iterator[tuple[str, set[str]]]:
    for call in _calls(tree):
        fields = {keyword.arg for keyword in call.keywords if keyword.arg}
        if ast.unparse(call.func) == "repeated_event":
            fields.add("suppressed")
        spread = {ast.unparse(each.value) for each in call.keywords if each.arg is None}
        for each in call.keywords:
            if each.arg is None:  # A dict in place, which may depend on something.
                dicts = [node for node in ast.walk(each.value) if isinstance(node, ast.Dict)]
                fields |= {str(ast.literal_eval(key)) for node in dicts for key in node.keys if key}
        if "noted" in spread:
            fields |= NOTED
        if "report" in spread:
            fields |= reported
        for name in _names(call.args[1]):
            yield name, fields


def _names(name: ast.expr) -> list[str]:
    text = ast.literal_eval(name) if isinstance(name, ast.Constant) else ast.unparse(name)[2:-1]
    if "{function}" in text:
        return [text.replace("{function}", each) for each in FUNCTIONS]
    if "{cycle['status']}" in text:
        return [text.replace("{cycle['status']}", each) for each in STATUSES]
    if "{outcome}" in text:
        return [text.replace("{outcome}", each) for each in OUTCOMES]
    if "{" in text:
        raise ValueError(f"nothing is known of the names {text}")
    return [text]


def _reported(tree: ast.Module) -> set[str]:
    """Return every field that a run may report at its end: keys, keywords and names of counts."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "report.update":
            found |= {each.arg for each in node.keywords if each.arg}
        if isinstance(node, ast.Dict):
            found |= {str(k.value) for k in node.keys if isinstance(k, ast.Constant)}
        if isinstance(node, ast.Tuple):
            found |= {str(each.value) for each in node.elts if isinstance(each, ast.Constant)}
    return found
