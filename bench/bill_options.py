"""The price of each option of infra/main.bicep in the monthly bill: `python -m bench.bill_options`.

US dollars, pay as you go, as in bench/bill.py. Traffic through the network is left out.
"""

from collections.abc import Iterable, Iterator

from bench.bill import AUTOSCALE_RUS, FREE_RUS, HOURS_A_MONTH, INSTANCE_GB, Price
from function_app import app

_NETWORK = "https://azure.microsoft.com/pricing/details/private-link/"
_GATEWAY = "https://azure.microsoft.com/pricing/details/azure-nat-gateway/"
_ADDRESS = "https://azure.microsoft.com/pricing/details/ip-addresses/"
_ZONES = "https://azure.microsoft.com/pricing/details/dns/"
_MONITOR = "https://azure.microsoft.com/pricing/details/monitor/"
_FUNCTIONS = "https://azure.microsoft.com/pricing/details/functions/"
_COSMOS = "https://azure.microsoft.com/pricing/details/cosmos-db/standard-provisioned/"

# These pages load their prices by a script. https://c3x.dev/resources/azure quotes the first.
ENDPOINT_HOUR = Price(0.01, "$ an hour", "quoted", _NETWORK, "2026-11-27")
GATEWAY_HOUR = Price(0.045, "$ an hour", "assumed", _GATEWAY, "2026-11-27")
ADDRESS_HOUR = Price(0.005, "$ an hour", "assumed", _ADDRESS, "2026-11-27")
ZONE_MONTH = Price(0.50, "$ a month", "assumed", _ZONES, "2026-11-27")
LOG_RULE = Price(0.50, "$ a month for four runs an hour", "assumed", _MONITOR, "2026-11-27")
METRIC_RULE = Price(0.10, "$ a month", "assumed", _MONITOR, "2026-11-27")
LOG_GB = Price(2.30, "$ a GB after 5 free ones", "assumed", _MONITOR, "2026-11-27")
READY_GB_SECOND = Price(0.000004, "$ a GB-second", "assumed", _FUNCTIONS, "2026-11-27")
BACKUP_GB = Price(0.20, "$ a GB and month", "assumed", _COSMOS, "2026-11-27")
ZONE_FACTOR = Price(1.25, "times the request units", "assumed", _COSMOS, "2026-11-27")

ENDPOINTS = 6
PRIVATE_ZONES = 9
MORE_LOG_RULES = 3
MORE_METRIC_RULES = 1
SECONDS_A_MONTH = HOURS_A_MONTH * 3600
INSTANCES_OF_A_GROUP_IN_ZONES = 2


def private_network(gateway: bool) -> float:
    """Return the dollars a month of `privateNetwork`, before the data that passes."""
    fixed = ENDPOINTS * ENDPOINT_HOUR.amount * HOURS_A_MONTH + PRIVATE_ZONES * ZONE_MONTH.amount
    return fixed + gateway * (GATEWAY_HOUR.amount + ADDRESS_HOUR.amount) * HOURS_A_MONTH


def more_alerts() -> float:
    """Return the dollars a month of `moreAlerts`."""
    return MORE_LOG_RULES * LOG_RULE.amount + MORE_METRIC_RULES * METRIC_RULE.amount


def ready_instances(number: int, gigabytes: float = INSTANCE_GB) -> float:
    """Return the dollars a month of instances that are always ready, while they do nothing."""
    return number * gigabytes * SECONDS_A_MONTH * READY_GB_SECOND.amount


def plan_in_zones(groups: int, gigabytes: float = INSTANCE_GB) -> float:
    """Return the dollars a month of `planZoneRedundant`: two ready instances of each group."""
    return ready_instances(groups * INSTANCES_OF_A_GROUP_IN_ZONES, gigabytes)


def database_in_zones() -> float:
    """Return the dollars a month of `cosmosZoneRedundant` with autoscale at its most."""
    hour = FREE_RUS.amount / 100 * AUTOSCALE_RUS.amount
    return hour * HOURS_A_MONTH * (ZONE_FACTOR.amount - 1)


def groups_of(functions: Iterable[str | None]) -> int:
    """Return the number of groups that scale apart, of functions given by their triggers' types."""
    triggers = list(functions)
    return sum(each != "httpTrigger" for each in triggers) + ("httpTrigger" in triggers)


def rows(groups: int) -> Iterator[tuple[str, float]]:
    """Return each option with its dollars a month; `groups` is the number that scale apart."""
    yield "privateNetwork, with a gateway", private_network(True)
    yield "privateNetwork, natGateway false", private_network(False)
    yield "moreAlerts", more_alerts()
    yield "alwaysReadyInstances, each of 2 GB", ready_instances(1)
    yield f"planZoneRedundant, {groups} groups of 2 GB", plan_in_zones(groups)
    yield f"planZoneRedundant, {groups} groups of 512 MB", plan_in_zones(groups, 0.5)
    yield "cosmosZoneRedundant, autoscale at its most", database_in_zones()
    yield "restoreDays 30, each GB of data", BACKUP_GB.amount
    yield "diagnostics, each GB of logs", LOG_GB.amount


def main() -> None:
    """Print the options as a table."""
    triggers = [each.get_trigger() for each in app.get_functions()]
    groups = groups_of(each.type for each in triggers if each)
    print("| option | $ a month |\n| --- | --- |")
    for name, dollars in rows(groups):
        print(f"| {name} | {dollars:,.2f} |")


if __name__ == "__main__":
    main()
