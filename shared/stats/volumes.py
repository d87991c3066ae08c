"""Changes of numbers of items: whether a part is said more, or less, than chance has it.

Threads come and go as a whole, so that items count by the number of threads that they are worth:
items over their design effect. Few items before are no obstacle: a rise from few is a rise.
"""

from collections.abc import Sequence
from math import erfc, fsum, log, sqrt

from shared.stats.contributions import Amount, Part, Whole, spread_of_number
from shared.stats.student import binomial_tail

PRIOR = 1.0
"""The threads that are added to a table of four cells, as the whole has them: few of them say
less than the logarithm takes them for."""


def chance_of_number(
    now: Amount, before: Amount, share: float = 0.5, *, effect: float | None = None
) -> float:
    """Return the probability (0..1) that equal rates give numbers that differ as much.

    share (0..1) is that of the window in the time of both sides. It is a binomial test of threads.
    effect is the design effect, that of both sides unless it is given.
    """
    effect = design_effect((now, before)) if effect is None else effect
    threads = (now.items + before.items) / effect
    if not threads or not 0 < share < 1:
        return 1.0
    own = now.items / effect
    is_rise = own > share * threads
    fewer = threads - own if is_rise else own
    return min(1.0, 2 * binomial_tail(fewer, threads, 1 - share if is_rise else share))


def chance_of_part(part: Part, whole: Whole) -> float:
    """Return the probability (0..1) that chance alone gives such a rise or fall of a part.

    Its number must move, and its share of the items to the same side, so that a part of talk that
    grows as a whole is no cause.
    """
    shares = [_share(part.now, whole.now), _share(part.before, whole.before)]
    if (shares[0] - shares[1]) * (part.now.items - part.before.items) <= 0:
        return 1.0
    return max(chance_of_number(part.now, part.before), _chance_of_share(part, whole))


def design_effect(sides: Sequence[Amount]) -> float:
    """Return the number of items (1 at least) that say as much as one thread by chance."""
    items = fsum(side.items for side in sides)
    return max(1.0, fsum(map(spread_of_number, sides)) / items) if items else 1.0


def _share(own: Amount, of_all: Amount) -> float:
    return own.items / of_all.items if of_all.items else 0.0


def _chance_of_share(part: Part, whole: Whole) -> float:
    """Return the probability of such a change of share, by the log-likelihood ratio of four cells.

    They are divided by the design effect of the share, as Rao and Scott do (Biometrics 48, 1992).
    """
    sides = ((part.now, whole.now), (part.before, whole.before))
    items = fsum(of_all.items for _, of_all in sides)
    share = fsum(own.items for own, _ in sides) / items
    if not 0 < share < 1:
        return 1.0
    inside = fsum(spread_of_number(own) for own, _ in sides)
    outside = max(0.0, fsum(spread_of_number(of_all) for _, of_all in sides) - inside)
    spread = (1 - share) ** 2 * inside + share**2 * outside
    effect = max(1.0, spread / (items * share * (1 - share)))
    ratio = 0.0
    for own, of_all in sides:
        threads = of_all.items / effect
        for count, usual in ((own.items, share), (of_all.items - own.items, 1 - share)):
            seen = count / effect + PRIOR * usual
            ratio += seen * log(seen / ((threads + PRIOR) * usual))
    return erfc(sqrt(max(0.0, ratio)))
