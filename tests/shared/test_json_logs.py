import json
import logging
from datetime import datetime, timedelta

import pytest

from shared.json_logs import JsonFormatter
from shared.logs import event

FORGED = 'a\n{"level":"ERROR"}\u2028\x1b[31m"é'


def formatted(record: logging.LogRecord) -> dict[str, object]:
    line = JsonFormatter("http").format(record)
    assert line.isascii()
    assert line.isprintable()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


def test_an_event_keeps_its_name_and_the_types_of_its_fields(caplog) -> None:
    fields = {"posts": 12, "seconds": 1.5, "is_first": True, "cycle": None, "odd": float("nan")}
    with caplog.at_level(logging.INFO):
        event(logging.getLogger("collector"), "cycle.completed", **fields, reason=FORGED)
    line = formatted(caplog.records[0])
    assert line["fields"] == {**fields, "odd": "nan", "reason": FORGED}
    assert list(line) == ["time", "level", "process", "logger", "event", "fields"]
    expected = ("INFO", "http", "collector", "cycle.completed")
    assert (line["level"], line["process"], line["logger"], line["event"]) == expected
    moment = datetime.fromisoformat(str(line["time"]))
    assert moment.utcoffset() == timedelta()
    assert moment.timestamp() == pytest.approx(caplog.records[0].created, abs=0.001)


def test_other_lines_are_objects_too_and_nothing_has_a_secret() -> None:
    with pytest.raises(RuntimeError) as caught:
        raise RuntimeError("https://user:pass@example.org\nERROR")
    trace = (RuntimeError, caught.value, caught.value.__traceback__)
    for text, name in (
        ("request.failed request_id=%s", "request.failed"),
        ("Retrying %s", "azure.core"),
    ):
        record = logging.LogRecord("azure.core", 40, "", 0, text, ("?sig=abcdef123456",), trace)
        line = formatted(record)
        assert line["event"] == name
        assert "RuntimeError" in str(line["exception"])
        for secret in ("pass@", "abcdef123456"):
            assert secret not in json.dumps(line)
