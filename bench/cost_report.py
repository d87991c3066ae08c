"""The report of `bench.cost` as Markdown tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench import bill

NOT_REAL = (
    "The Cosmos DB server from npm charges the same for every request, without computing it, so the"
    " model can't be checked against it. On Azure the log's field request_units has the charge."
)
REAL = "This server's charges differ: compare them with bench/request_units.py."
DEAREST = 3


def tables(report: Mapping[str, Any]) -> str:
    """Return the report as Markdown."""
    parts = [
        f"{report['date']}, {report['cores']} cores",
        "## Work",
        _work(report["work"]),
        "## Endpoints",
        _endpoints(report["endpoints"]),
        "## The dashboard",
        _costs(report["views"]),
        "## Storage",
        _table(("what", "figure"), _figures(report["storage"])),
        "## A month",
        _table(("what", "figure"), _figures(report["month"])),
        "## Assumed",
        _table(("what", "figure"), _figures(report["assumed"])),
        "## A tab left open for a month",
        _table(("what", "figure"), _figures(report["open tab"])),
        "## Bills, in dollars a month",
        _bills(report["bills"]),
        "## Prices",
        _prices(report["prices"]),
        "## Check",
        f"Charges: {report['check']['charges']}. "
        + (NOT_REAL if report["check"]["verdict"] == "constant" else REAL),
    ]
    return "\n\n".join(parts)


def _work(work: Mapping[str, Any]) -> str:
    head = ("work", "RU", "requests", "items written", "s at 1,000 RU/s", "dearest, RU")
    return _table(
        head,
        [
            (
                name,
                f"{cost['request_units']:,.0f}",
                f"{cost['operations']:,}",
                f"{cost['items_written']:,}",
                f"{cost['request_units'] / bill.FREE_RUS.amount:.1f}",
                _dearest(cost["by_kind"]),
            )
            for name, cost in work.items()
        ],
    )


def _dearest(by_kind: Mapping[str, float]) -> str:
    dearest = sorted(by_kind.items(), key=lambda pair: -pair[1])[:DEAREST]
    return ", ".join(f"{kind} {units:,.0f}" for kind, units in dearest)


def _endpoints(endpoints: Mapping[str, Any]) -> str:
    return _costs(
        {
            f"{name} {variant}".strip(): cost
            for name, costs in endpoints.items()
            for variant, cost in costs.items()
        }
    )


def _costs(costs: Mapping[str, Any]) -> str:
    return _table(
        ("asked", "RU", "requests", "dearest, RU"),
        [
            (
                name,
                f"{cost['request_units']:,.1f}",
                cost["operations"],
                _dearest(cost["by_kind"]),
            )
            for name, cost in costs.items()
        ],
    )


def _bills(bills: Mapping[str, Any]) -> str:
    functions = bills["functions"]
    rows = [(f"Cosmos DB, {way}", f"{dollars:.2f}") for way, dollars in bills["cosmos"].items()]
    rows += [(f"Functions, {name}", f"{figure:,.2f}") for name, figure in functions.items()]
    rows.append(("storage operations", f"{bills['storage operations']:.2f}"))
    return _table(("what", "figure"), rows)


def _prices(prices: Mapping[str, Any]) -> str:
    return _table(
        ("name", "amount", "unit", "standing", "source", "read on"),
        [(name, *price.values()) for name, price in prices.items()],
    )


def _figures(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), f"{figure:,.2f}") for name, figure in figures.items()]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(str(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)
