"""Conversion of queue messages from and to functions, as the real host does it.

The worker's part is done by the worker's own converters. The host's part follows its public source:
Binding/FunctionBinding.cs and Utility.ApplyBindingData of github.com/Azure/azure-functions-host,
and Newtonsoft.Json, with which the host reads and writes JSON.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import azure.functions as func
from azure.functions.meta import Datum
from azure.functions.queue import QueueMessageInConverter, QueueMessageOutConverter

from local.host.queues import LIFETIME, Message

# Newtonsoft reads a string of this form as a date, and writes it in its own form.
DATE = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?",
    re.ASCII,
)
# .NET writes numbers from this value on with an exponent.
FIRST_WITH_EXPONENT = 1e15


def outgoing(value: object) -> list[bytes]:
    """Return the bodies of the messages for a function's output; None gives no messages.

    Bytes, items of a list and text that isn't JSON stay as they are. JSON text is parsed and
    written again: objects and arrays are indented, and each item of an array is one message.
    Raises NotImplementedError for values that the worker can't send, and ValueError for text that
    looks like JSON and isn't.
    """
    if value is None:
        return []
    datum = QueueMessageOutConverter.encode(value, expected_type=None)
    if datum.type == "bytes":
        return [datum.value]
    if datum.type == "json":
        content = json.loads(datum.value)
    elif _looks_like_json(datum.value):
        content = _with_dates(_parsed(datum.value))
    else:
        return [datum.value.encode()]
    items = content if isinstance(content, list) else [content]
    return [_text_of(item).encode() for item in items]


def incoming(message: Message) -> func.QueueMessage:
    """Return a message as a function gets it.

    Properties of a JSON body overwrite the message's own of the same name, in any case:
    Id, DequeueCount, ExpirationTime, InsertionTime, NextVisibleTime, PopReceipt.
    Raises ValueError where the body isn't UTF-8, or such a property isn't of the right type.
    """
    text = message.body.decode()
    metadata = {
        "Id": Datum(message.id, "string"),
        "DequeueCount": Datum(message.dequeue_count, "int"),
        "ExpirationTime": _time(message.inserted + LIFETIME),
        "InsertionTime": _time(message.inserted),
        "NextVisibleTime": _time(message.visible),
        "PopReceipt": Datum(message.receipt, "string"),
    }
    names = {name.lower(): name for name in metadata}
    for key, value in _properties(text).items():
        if name := names.get(key.lower()):
            metadata[name] = _datum(value) or metadata[name]
    given: func.QueueMessage = QueueMessageInConverter.decode(
        Datum(text, "string"), trigger_metadata=metadata
    )
    return given


def _datum(value: object) -> Datum | None:
    """Return a property as the host sends it to the worker; None for null and for arrays."""
    if value is None or isinstance(value, list):
        return None
    if isinstance(value, dict):
        return Datum(json.dumps(value), "json")
    return Datum(_text_of(value), "string")


def _time(moment: datetime) -> Datum:
    return Datum(moment.astimezone(UTC).isoformat(timespec="seconds"), "string")


def _properties(text: str) -> dict[str, Any]:
    """Return the properties of a JSON object; an empty dict for any other text."""
    try:
        content = _parsed(text) if _looks_like_json(text) else None
    except ValueError:
        return {}
    return _with_dates(content) if isinstance(content, dict) else {}


def _looks_like_json(text: str) -> bool:
    inner = text.strip()
    return (inner[:1], inner[-1:]) in {("{", "}"), ("[", "]")}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        raise ValueError(f"a message that looks like JSON and isn't: {error}") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


class _Date(str):
    """A date as Newtonsoft writes it inside JSON; `plain` is its form outside JSON."""

    __slots__ = ("plain",)
    plain: str


def _with_dates(value: Any) -> Any:
    """Return parsed JSON with its date strings in the form that Newtonsoft writes."""
    if isinstance(value, dict):
        return {key: _with_dates(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_dates(each) for each in value]
    return _normalised(value) if isinstance(value, str) else value


def _normalised(text: str) -> str:
    """Return a date without the trailing zeros of its fraction, and in UTC if it has an offset.

    The real host runs in UTC, and writes a date with an offset in its local time. Other text and
    impossible dates stay as they are.
    """
    if not (match := DATE.fullmatch(text)):
        return text
    whole, fraction, zulu, sign, hours, minutes = match.groups(default="")
    try:
        moment = datetime.fromisoformat(whole)
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
            moment += offset if sign == "-" else -offset
    except (ValueError, OverflowError):
        return text
    fraction = fraction.rstrip("0")
    zone = "Z" if zulu else "+00:00" if sign else ""
    date = _Date(moment.isoformat() + (f".{fraction}" if fraction else "") + zone)
    date.plain = f"{moment:%m/%d/%Y %H:%M:%S}"
    return date


def _text_of(value: object) -> str:
    """Return one value as Newtonsoft writes it outside JSON."""
    match value:
        case _Date():
            return value.plain
        case str():
            return value
        case None:
            return ""
        case float():
            is_whole = value.is_integer() and abs(value) < FIRST_WITH_EXPONENT
            return str(int(value)) if is_whole else repr(value).upper()
        case int():
            return str(value)
        case _:
            return json.dumps(value, indent=2, ensure_ascii=False)
