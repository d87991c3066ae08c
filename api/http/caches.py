"""The caches that HTTP functions of one process share, and the queue of heavy reads."""

from dataclasses import dataclass, field

from api.http.cache import Cache
from api.http.limiter import Limiter
from api.http.read_limits import ReadLimits
from api.http.responses import Prepared
from api.schema.health import Health
from shared.models import FeedAddresses

# A file of a day reads for up to half a minute, so that more than these would wait too long.
EXPORTS_WAITING = 3


@dataclass(frozen=True)
class Caches:
    """Answers by what was asked; of those who ask for health in the same second one asks the store.

    Heavy reads wait for each other, and so do files of days; nothing else does.
    """

    answers: Cache[Prepared]
    reads: Cache[object]
    """Results of reads, for tools of agents."""
    health: Cache[Health] = field(default_factory=lambda: Cache(seconds=0))
    addresses: Cache[FeedAddresses] = field(default_factory=lambda: Cache(seconds=0))
    """The signed addresses of feeds. One that another process revokes opens until it is over."""
    heavy: Limiter = field(default_factory=Limiter)
    exports: Cache[Prepared] = field(default_factory=lambda: Cache(seconds=0))
    """Files of days, which are large."""
    exporting: Limiter = field(default_factory=lambda: Limiter(at_once=1, waiting=EXPORTS_WAITING))
    limits: ReadLimits = field(default_factory=ReadLimits)
    """The limits of reads that aren't cached."""
