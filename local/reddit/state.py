"""The state that the stand-in's API and its controls share."""

from dataclasses import dataclass

from local.reddit.board import Board
from local.reddit.faults import Faults
from local.reddit.feed import Feed
from local.reddit.limits import Allowance, Tokens
from local.reddit.log import RequestLog


@dataclass(frozen=True)
class StandInState:
    """The parts of a running stand-in that requests read and controls change."""

    board: Board
    feed: Feed
    tokens: Tokens
    allowance: Allowance
    faults: Faults
    log: RequestLog
