"""The caches that HTTP functions of one process share, and the queue of heavy reads."""

from dataclasses import dataclass, field

from api.http.cache import Cache
from api.http.limiter import Limiter
from api.http.responses import Prepared
from api.schema.health import Health


@dataclass(frozen=True)
class Caches:
    """Answers by what was asked; of those who ask for health at the same time one asks the store.

    Heavy reads wait for each other; nothing else does.
    """

    answers: Cache[Prepared]
    reads: Cache[object]
    """Results of reads, for tools of agents."""
    health: Cache[Health] = field(default_factory=lambda: Cache(seconds=0))
    heavy: Limiter = field(default_factory=Limiter)
