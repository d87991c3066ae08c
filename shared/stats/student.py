"""Student's t and the binomial, for small numbers of threads: their tails, and t's quantile.

A tail is the regularised incomplete beta function, by its continued fraction (Abramowitz and
Stegun, Handbook of Mathematical Functions, 26.5.8 and 26.7.1), summed by Lentz's method.
"""

from functools import lru_cache
from math import exp, floor, lgamma, log, log1p

PRECISION = 1e-12
MAX_TERMS = 500
TINY = 1e-300
HALVINGS = 60
LARGEST = 1e6
# Quantiles are kept for tenths of a degree of freedom, rounded down: intervals get a little wider.
KEPT = 4_096
TENTHS = 10


def two_sided(t: float, freedom: float) -> float:
    """Return the probability (0..1) that chance gives a t at least this far from 0.

    freedom is the number of degrees of freedom, above 0 and not always whole.
    """
    x = freedom / (freedom + t * t)
    return _beta(x, freedom / 2, 0.5)


def binomial_tail(fewer: float, of_all: float, chance: float) -> float:
    """Return the probability of at most `fewer` of `of_all` that each come with this chance (0..1).

    Both are 0 or more, and not always whole numbers.
    """
    return _beta(1 - chance, of_all - fewer, fewer + 1) if of_all > fewer else 1.0


def quantile(probability: float, freedom: float) -> float:
    """Return the t that chance exceeds on either side with this probability (above 0, up to 1).

    freedom is at least a tenth.
    """
    return _quantile(probability, max(1, floor(freedom * TENTHS)))


@lru_cache(KEPT)
def _quantile(probability: float, tenths: int) -> float:
    freedom = tenths / TENTHS
    low, high = 0.0, 1.0
    while two_sided(high, freedom) > probability and high < LARGEST:
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if two_sided(middle, freedom) > probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return min(1.0, max(0.0, x))
    factor = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    # The fraction converges fast on one side of the mean only.
    if x < (a + 1) / (a + b + 2):
        return factor * _fraction(x, a, b) / a
    return 1 - factor * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, MAX_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        step = 1.0
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            step = c * d
            found *= step
        if abs(step - 1) < PRECISION:
            return found
    return found


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
