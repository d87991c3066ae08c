"""Constraints of route parameters, as ASP.NET Core's DefaultInlineConstraintResolver defines them.

https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

CALL = re.compile(r"(?P<name>[a-z]+)(?:\((?P<arguments>.*)\))?", re.DOTALL | re.IGNORECASE)
INTEGER = re.compile(r"[\t-\r ]*[+-]?[0-9]+[\t-\r ]*")
NUMBER = re.compile(r"[\t-\r ]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[\t-\r ]*")
DECIMAL = re.compile(r"[\t-\r ]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[\t-\r ]*")
# ASP.NET Core's pattern ends with `$`, which also matches before a final line feed.
ALPHA = re.compile(r"[A-Za-z]*\n?")
GUID = re.compile(r"[0-9a-fA-F]{32}|[{(]?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}[)}]?")
INT_BITS, LONG_BITS = 31, 63

Check = Callable[[str], bool]


@dataclass(frozen=True)
class Constraint:
    """A constraint: its text in the template, and the check that a value must pass."""

    text: str
    holds: Check = field(compare=False)


def _is_integer(bits: int) -> Check:
    def check(value: str) -> bool:
        return bool(INTEGER.fullmatch(value)) and -(2**bits) <= int(value) < 2**bits

    return check


def _is_between(least: int, most: int) -> Check:
    return lambda value: _is_integer(LONG_BITS)(value) and least <= int(value) <= most


def _has_length(least: int, most: int) -> Check:
    """Return a check of a text's length, in UTF-16 units as .NET counts."""
    return lambda value: least <= len(value.encode("utf-16-le")) // 2 <= most


def _fits(pattern: re.Pattern[str]) -> Check:
    return lambda value: pattern.fullmatch(value) is not None


def _is_file(value: str) -> bool:
    name = value.rpartition("/")[2]
    return "." in name[:-1] or (len(name) > 1 and name[-1] != "." and "." in name)


PLAIN: dict[str, Check] = {
    "int": _is_integer(INT_BITS),
    "long": _is_integer(LONG_BITS),
    "bool": lambda value: value.strip().lower() in {"true", "false"},
    "alpha": _fits(ALPHA),
    "guid": _fits(GUID),
    "decimal": _fits(DECIMAL),
    "double": _fits(NUMBER),
    "float": _fits(NUMBER),
    "required": bool,
    "file": _is_file,
    "nonfile": lambda value: not _is_file(value),
}
LONGEST = 2**31 - 1
MOST = 2**LONG_BITS - 1
WITH_NUMBERS: dict[tuple[str, int], Callable[..., Check]] = {
    ("length", 1): lambda exactly: _has_length(exactly, exactly),
    ("length", 2): _has_length,
    ("minlength", 1): lambda least: _has_length(least, LONGEST),
    ("maxlength", 1): lambda most: _has_length(0, most),
    ("min", 1): lambda least: _is_between(least, MOST),
    ("max", 1): lambda most: _is_between(-MOST - 1, most),
    ("range", 2): _is_between,
}


def read_constraint(text: str) -> Constraint:
    """Parse a constraint of a template, such as `length(3)`. Raises ValueError."""
    found = CALL.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no constraint")
    name, arguments = found["name"].lower(), found["arguments"]
    if name == "regex" and arguments is not None:
        return Constraint(text, _searches(arguments))
    if arguments is None and name in PLAIN:
        return Constraint(text, PLAIN[name])
    numbers = [int(each) for each in (arguments or "").split(",") if INTEGER.fullmatch(each)]
    if arguments is None or (name, len(numbers)) not in WITH_NUMBERS:
        raise ValueError(f"the host knows no constraint {text!r}, or the local host doesn't")
    return Constraint(text, WITH_NUMBERS[name, len(numbers)](*numbers))


def _searches(expression: str) -> Check:
    try:
        pattern = re.compile(expression, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{expression!r} is no regular expression ({error})") from error
    return lambda value: pattern.search(value) is not None
