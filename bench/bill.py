"""The monthly bill on Azure: published prices, and the cost of a month's work at these prices.

`python -m bench.bill` prints what it costs to poll the queue.

US dollars, pay as you go, one region of the United States, one write region, no reservations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

HOURS_A_MONTH = 730
DAYS_A_MONTH = HOURS_A_MONTH / 24
MILLION = 1_000_000
GB = 1024**3

Standing = Literal["published", "quoted", "assumed"]


@dataclass(frozen=True)
class Price:
    """A price or an allowance: published by Microsoft, quoted by others from it, or assumed."""

    amount: float
    unit: str
    standing: Standing
    source: str
    read_on: str = "2026-11-25"


_BILL = "https://learn.microsoft.com/azure/cosmos-db/understand-your-bill"
_OFFER = "https://learn.microsoft.com/azure/cosmos-db/how-to-choose-offer"
_FREE = "https://learn.microsoft.com/azure/cosmos-db/free-tier"
_FLEX = "https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#billing"
# This page loads its prices by a script, so they are taken from others that quote it, among them
# https://modal.com/blog/azure-function-pricing-guide (2025-05-22, East US).
_FLEX_PRICES = "https://azure.microsoft.com/pricing/details/functions/"
_QUEUES = "https://azure.microsoft.com/pricing/details/storage/queues/"

SERVERLESS_RU = Price(0.25, "$ a million RU", "published", _BILL)
STORAGE_GB = Price(0.25, "$ a GB and month", "published", _BILL)
MANUAL_RUS = Price(0.008, "$ an hour for each 100 RU/s", "published", _OFFER)
AUTOSCALE_RUS = Price(0.012, "$ an hour for each 100 RU/s", "published", _OFFER)
AUTOSCALE_LEAST_SHARE = Price(0.1, "of the maximum, billed in an idle hour", "published", _OFFER)
MIN_MANUAL_RUS = Price(400, "RU/s, the least that can be provisioned", "published", _OFFER)
FREE_RUS = Price(1000, "RU/s free in one account; not serverless", "published", _FREE)
FREE_GB = Price(25, "GB free in one account; not serverless", "published", _FREE)
MIN_PERIOD = Price(1.0, "s billed at least for an active period", "published", _FLEX)
FLEX_GB_SECOND = Price(0.000026, "$ a GB-second", "quoted", _FLEX_PRICES)
FLEX_EXECUTIONS = Price(0.40, "$ a million executions", "quoted", _FLEX_PRICES)
FREE_GB_SECONDS = Price(100_000, "GB-seconds free a month", "quoted", _FLEX_PRICES)
FREE_EXECUTIONS = Price(250_000, "executions free a month", "quoted", _FLEX_PRICES)
STORAGE_OPERATIONS = Price(0.004, "$ for 10,000 queue or blob operations", "assumed", _QUEUES)

PRICES: Mapping[str, Price] = {
    name: price for name, price in globals().items() if isinstance(price, Price)
}

# Assumptions, which are neither published nor measured here.
INSTANCE_GB = 2.0  # The plan's default instance; there is one of 512 MB, too.
VIEWS_A_DAY = 100
MINUTES_OPEN = 5  # A view stays on the screen for 5 minutes, and polls for news meanwhile.
INDEX_SHARE = 0.2  # Index bytes for each byte of document: five or six short terms each.
ANSWER_SECONDS = 0.5  # A source's answer to a request.
QUEUE_POLL_SECONDS = 2.0  # maxPollingInterval of host.json, the interval at an idle queue.
QUEUE_HOURS = float(HOURS_A_MONTH)  # Hours with an instance that polls; at zero instances none.
STORAGE_OPERATIONS_A_RUN = 10  # A timer's lock and its last tick; a queue message.

ASSUMED: Mapping[str, float] = {
    "memory of an instance, GB": INSTANCE_GB,
    "views of the dashboard a day": VIEWS_A_DAY,
    "minutes that a view stays open": MINUTES_OPEN,
    "bytes of index for each byte of document": INDEX_SHARE,
    "seconds that a source takes for an answer": ANSWER_SECONDS,
    "seconds between two looks into the idle queue": QUEUE_POLL_SECONDS,
    "hours a month in which an instance looks into the queue": QUEUE_HOURS,
    "storage operations for each run of a timer": STORAGE_OPERATIONS_A_RUN,
}


@dataclass(frozen=True)
class Month:
    """The usage of a month."""

    request_units: float
    gigabytes: float
    executions: float
    seconds: float
    """Seconds in which an instance is active."""
    timer_runs: float


def cosmos_bills(month: Month) -> dict[str, float]:
    """Return Cosmos DB's bill in dollars, by pricing mode."""
    kept = month.gigabytes * STORAGE_GB.amount
    maximum = FREE_RUS.amount / 100
    busiest = maximum * AUTOSCALE_RUS.amount * HOURS_A_MONTH
    beyond = max(0.0, month.gigabytes - FREE_GB.amount) * STORAGE_GB.amount
    return {
        "serverless": month.request_units / MILLION * SERVERLESS_RU.amount + kept,
        "autoscale, 1,000 RU/s at most, every hour idle": (
            busiest * AUTOSCALE_LEAST_SHARE.amount + kept
        ),
        "autoscale, 1,000 RU/s at most, every hour at its most": busiest + kept,
        "manual, 400 RU/s": (
            MIN_MANUAL_RUS.amount / 100 * MANUAL_RUS.amount * HOURS_A_MONTH + kept
        ),
        "manual, 1,000 RU/s": maximum * MANUAL_RUS.amount * HOURS_A_MONTH + kept,
        "free tier, 1,000 RU/s": beyond,
    }


def functions_bill(month: Month) -> dict[str, float]:
    """Return the bill of Functions Flex Consumption, on demand, in dollars."""
    gb_seconds = month.seconds * INSTANCE_GB
    paid_seconds = max(0.0, gb_seconds - FREE_GB_SECONDS.amount)
    paid_executions = max(0.0, month.executions - FREE_EXECUTIONS.amount)
    return {
        "GB-seconds": gb_seconds,
        "executions": month.executions,
        "bill": _functions(paid_seconds, paid_executions),
        "bill without the free grant": _functions(gb_seconds, month.executions),
    }


def queue_polls(seconds: float, hours: float) -> float:
    """Return the number of polls of an idle queue by one instance in `hours`, `seconds` apart.

    Each poll is one GetMessages, which is one storage transaction.
    """
    return hours * 3600 / seconds


def storage_bill(month: Month) -> float:
    """Return the bill of the storage account's operations, in dollars."""
    polls = queue_polls(QUEUE_POLL_SECONDS, QUEUE_HOURS)
    operations = polls + STORAGE_OPERATIONS_A_RUN * month.timer_runs
    return operations / 10_000 * STORAGE_OPERATIONS.amount


def _functions(gb_seconds: float, executions: float) -> float:
    return gb_seconds * FLEX_GB_SECOND.amount + executions / MILLION * FLEX_EXECUTIONS.amount


def main() -> None:
    """Print the monthly cost of an idle queue, by polling interval and by hours of polling."""
    # An instance that always runs, and one that runs ten minutes after each of ten requests a day.
    lifetimes = {"always": QUEUE_HOURS, "10 x 10 minutes a day": 10 * DAYS_A_MONTH / 6}
    print("| polled every | by an instance that runs | transactions | $ a month |")
    print("| --- | --- | --- | --- |")
    for seconds in (QUEUE_POLL_SECONDS, 5.0, 60.0):
        for lifetime, hours in lifetimes.items():
            polls = queue_polls(seconds, hours)
            dollars = polls / 10_000 * STORAGE_OPERATIONS.amount
            print(f"| {seconds:g} s | {lifetime} | {polls:,.0f} | {dollars:.2f} |")


if __name__ == "__main__":
    main()
