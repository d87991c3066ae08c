"""The tools, by name, in the order in which they are listed."""

from typing import Any

from api.mcp.figures import COMPARE, COVERAGE_TOOL, LIST_SUBJECTS, SENTIMENT, SHARE_OF_VOICE
from api.mcp.reading import READ_THREAD, SEARCH_MENTIONS
from api.mcp.reasons import ALERTS, EXPLAIN_CHANGE, TOPICS
from api.mcp.tool import Tool

_LISTED: tuple[Tool[Any], ...] = (
    *(LIST_SUBJECTS, SENTIMENT, EXPLAIN_CHANGE, COMPARE, SHARE_OF_VOICE),
    *(TOPICS, SEARCH_MENTIONS, READ_THREAD, COVERAGE_TOOL, ALERTS),
)

TOOLS: dict[str, Tool[Any]] = {each.name: each for each in _LISTED}
