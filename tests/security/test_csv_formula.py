"""CSV: no cell that a spreadsheet would run as a formula, in any file of any text."""

import csv
import io

import pytest

from tests.fixtures.host import RunningHost
from tests.security.attacking import HOSTILE_TEXTS, check

# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", *"\uff1d\uff0b\uff0d\uff20")
FILES = (
    "/api/v1/posts/recent?hours=24&format=csv",
    "/api/v1/items?hours=24&format=csv",
    "/api/v1/subjects/lantern/mentions?hours=24&format=csv",
    "/api/v1/posts/recent?hours=24&format=csv&q=Lantern",
)


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("path", FILES)
def test_no_cell_is_a_formula(host: RunningHost, path: str) -> None:
    answer = host.http.get(path)
    check(answer)
    assert answer.status_code == 200, answer.text
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    assert len(rows) > len(HOSTILE_TEXTS)
    widths = {len(row) for row in rows}
    assert len(widths) == 1, "a text has made columns or rows of its own"
    bad = [cell for row in rows for cell in row if cell.startswith(FORMULA) and not is_number(cell)]
    assert not bad
    assert answer.headers["content-disposition"].startswith("attachment")
