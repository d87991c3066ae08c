"""The request units that Cosmos DB charges for an operation, as Microsoft publishes them.

Prices of one region, at session consistency (strong and bounded staleness double every read), as
read on 2026-11-25. Where nothing is published, the constant's comment says that it is assumed.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

KB = 1024

# "Document size", read and write, for 1, 2, 4 … 2,048 KB. A write is priced for the document alone;
# its index terms come on top.
# https://learn.microsoft.com/azure/cosmos-db/understand-request-unit-consumption (2026-04-21)
SIZES_KB = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
READ_RU = (1.00, 1.04, 1.14, 1.33, 1.67, 2.19, 4.76, 9.95, 20.28, 40.95, 145.90, 291.80)
WRITE_RU = (4.95, 6.29, 6.67, 7.04, 9.52, 11.23, 22.67, 48.19, 98.29, 184.57, 625.00, 1250.00)
# "0.2 x 10 (indexing)": for each index term that a write adds or removes. The same page.
TERM_RU = 0.2
# A query by an indexed equality that returns one item costs 2.98 RU, of which the item costs 1 RU:
# https://learn.microsoft.com/azure/cosmos-db/nosql/troubleshoot-query-performance
# The other published example, 3.19 RU for one item of 9,963 bytes, comes to less (1.8).
QUERY_RU = 1.98
# Results cost what reading them does: "if a query returns 1000 1-KB items, the cost of the
# operation is 1000", https://learn.microsoft.com/azure/cosmos-db/optimize-cost-reads-writes
# That is a cautious price: 25 items were measured at 6.75 RU by a query and at 9.05 RU by a batched
# read, https://github.com/Azure/azure-cosmos-dotnet-v3/discussions/3610
RESULT_SHARE = 1.0
# Assumed, since nothing is published: reading a missing document, and a write that its condition
# refuses, cost as much as reading 1 KB.
NOTHING_THERE_RU = 1.0
# Assumed: the properties that Cosmos DB adds to a document count as part of it. The names and the
# form of the values are Cosmos DB's own; the values are made up.
SYSTEM_PROPERTIES = (
    ',"_rid":"d9RzAJRFKgwBAAAAAAAAAA==","_self":"dbs/d9RzAA==/colls/d9RzAJRFKgw=/docs/'
    'd9RzAJRFKgwBAAAAAAAAAA==/","_etag":"\\"0000d986-0000-0000-0000-53f9e25b0000\\"",'
    '"_attachments":"attachments/","_ts":1408886363'
)


def point_read(size: int) -> float:
    """Return the price of reading one document of `size` bytes by its id and partition."""
    return _between(size, READ_RU)


def query(sizes: Iterable[int]) -> float:
    """Return the price of a query in one partition that returns documents of these bytes.

    A batched read is such a query: the SDK sends `SELECT … WHERE c.pk = … AND c.id IN (…)`.
    """
    return QUERY_RU + RESULT_SHARE * sum(point_read(size) for size in sizes)


def create(size: int, terms: int) -> float:
    """Return the price of writing a new document of `size` bytes with `terms` index terms."""
    return _between(size, WRITE_RU) + TERM_RU * terms


def replace(old: int, new: int, changed_terms: int) -> float:
    """Return the price of replacing a document: the old one is deleted and the new one inserted.

    Assumed: an upsert is priced as the create or the replace that it turns out to be.
    """
    return _between(old, WRITE_RU) + _between(new, WRITE_RU) + 2 * TERM_RU * changed_terms


def delete(size: int, terms: int) -> float:
    """Return the price of deleting a document: the same as of writing it."""
    return create(size, terms)


def _between(size: int, prices: Sequence[float]) -> float:
    """Return the price of a size, interpolated between the published ones; the minimum is 1 KB."""
    kilobytes = max(size / KB, SIZES_KB[0])
    upper = min(bisect_left(SIZES_KB, kilobytes), len(SIZES_KB) - 1)
    if SIZES_KB[upper] == kilobytes or upper == 0:
        return prices[upper]
    lower = upper - 1
    share = (kilobytes - SIZES_KB[lower]) / (SIZES_KB[upper] - SIZES_KB[lower])
    return prices[lower] + share * (prices[upper] - prices[lower])
