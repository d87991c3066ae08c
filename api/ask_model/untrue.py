"""The faults of a sentence that its evidence doesn't bear."""

from dataclasses import dataclass
from typing import Literal

StruckWhat = Literal["figure", "quote", "link", "sentence"]


@dataclass(frozen=True)
class Fault:
    """A fault of a sentence; detail are its own words, which only the model is shown."""

    what: StruckWhat
    why: str
    detail: str = ""


class Untrue(Exception):
    """A sentence says something that its evidence doesn't have."""

    def __init__(self, what: StruckWhat, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.fault = Fault(what, why, detail)
