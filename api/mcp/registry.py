"""The tools, by name."""

from typing import Any

from api.mcp.figures import SENTIMENT
from api.mcp.reading import SEARCH_MENTIONS
from api.mcp.tool import Tool

TOOLS: dict[str, Tool[Any]] = {each.name: each for each in (SENTIMENT, SEARCH_MENTIONS)}
