"""What is refused of an alert rule, and what is taken there."""

from typing import Any

import pytest

from shared.alerts.channels import channel_id, clean_channel, shown_address
from shared.alerts.properties import PROPERTIES
from shared.alerts.validation import MAX_RULES, clean_rule, count_refusals, rule_refusals
from shared.models import AlertChannel, ChannelType
from shared.settings import Settings, load_settings
from tests.shared.alerts.rules import a_rule, a_subject, a_watchlist

SETTINGS = load_settings({"SUBREDDITS": "aws,OpenAI", "COMMUNITIES": "push.desk"})
WATCHLIST = a_watchlist(a_subject("cursor", merged_from=("old",)), a_subject("zed"))
HOOK = "https://hooks.example.com/services/T0/B0/secretpath"


def refused(**changes: Any) -> dict[str, str]:
    """Return what is refused of a rule with these changes, by its place."""
    found = list(rule_refusals(a_rule(**changes), SETTINGS, WATCHLIST))
    assert all(each.takes for each in found)
    return {each.pointer: each.problem for each in found}


def a_channel(kind: ChannelType, to: str | None, secret: str | None = None) -> AlertChannel:
    return AlertChannel(type=kind, to=to, secret=secret)


def test_a_plain_rule_is_taken() -> None:
    assert refused() == {}


@pytest.mark.parametrize("name", ["", "Mood", "-a", "a b", "x" * 41, "history"])
def test_an_id_is_refused_that_an_address_cannot_have(name: str) -> None:
    assert refused(id=name).keys() == {"/id"}


@pytest.mark.parametrize("name", ["", "---", "x" * 81])
def test_a_name_needs_a_letter_and_has_a_bound(name: str) -> None:
    assert refused(name=name).keys() == {"/name"}


@pytest.mark.parametrize("scope", ["all", "subject:zed", "community:OpenAI", "community:push.desk"])
def test_scopes_of_what_is_watched_are_taken(scope: str) -> None:
    assert refused(scope=scope) == {}


@pytest.mark.parametrize(
    ("scope", "problem"),
    [
        ("subject:nobody", "'nobody' is no subject of the watchlist"),
        ("subject:old", "'old' was merged into cursor"),
        ("community:golang", "'golang' isn't a community that is collected"),
        ("cursor", "'cursor' isn't a scope"),
        ("", "'' isn't a scope"),
    ],
)
def test_a_scope_that_names_nothing_is_refused(scope: str, problem: str) -> None:
    assert refused(scope=scope) == {"/scope": problem}


@pytest.mark.parametrize(
    ("kind", "scope", "is_taken"),
    [
        ("share_of_voice", "subject:cursor", True),
        ("share_of_voice", "all", False),
        ("share_of_voice", "community:aws", False),
        ("collection", "all", True),
        ("collection", "subject:cursor", True),
        ("collection", "community:aws", True),
        ("coverage", "all", True),
        ("coverage", "community:aws", True),
        ("coverage", "subject:cursor", True),
    ],
)
def test_some_conditions_take_some_scopes_only(kind: str, scope: str, is_taken: bool) -> None:
    more = {"direction": "any"} if kind == "share_of_voice" else {"hours": 3}
    places = refused(scope=scope, condition={"type": kind, **more}).keys()
    assert places == (set() if is_taken else {"/scope"})


GOOD: dict[str, list[Any]] = {
    "direction": ["any"],
    "above": [0, 0.35, 1],
    "q": ["outage", '"rate limit"', "frustrat*"],
    "hours": [24, 168],
}
BAD: dict[str, list[Any]] = {
    "direction": ["sideways", "better, worse", ""],
    "above": [-0.01, 1.01, float("nan")],
    "q": ["", "  ", "…", "x" * 201],
    "hours": [0, -1, 169],
}


@pytest.mark.parametrize("kind", PROPERTIES)
def test_each_type_takes_its_own_properties_and_no_other(kind: Any) -> None:
    scope = {"share_of_voice": "subject:cursor"}.get(kind, "all")
    own = {name: GOOD[name][0] for name in PROPERTIES[kind]}
    assert refused(scope=scope, condition={"type": kind, **own}) == {}
    for name, good in GOOD.items():
        for value in good if name not in own else BAD[name]:
            found = refused(scope=scope, condition={"type": kind, **own, name: value})
            assert found.keys() == {f"/condition/{name}"}, (name, value)
        for value in good if name in own else ():
            assert refused(scope=scope, condition={"type": kind, **own, name: value}) == {}


@pytest.mark.parametrize(
    ("kind", "directions", "others"),
    [
        ("mood", ("better", "worse", "any"), ("up", "down")),
        ("volume", ("up", "down", "any"), ("better", "worse")),
        ("share_of_voice", ("up", "down", "any"), ("better", "worse")),
    ],
)
def test_directions_are_those_of_the_type(kind: str, directions: Any, others: Any) -> None:
    for each in (*directions, *others):
        places = refused(condition={"type": kind, "direction": each}).keys()
        assert places == (set() if each in directions else {"/condition/direction"})


def test_a_rule_is_completed_with_the_defaults_of_its_condition() -> None:
    def cleaned(condition: dict[str, Any]) -> Any:
        given: Any = {**a_rule(), "condition": condition, "quiet_hours": None}
        return clean_rule(given, "x", SETTINGS, WATCHLIST)["condition"]

    assert cleaned({"type": "mood"}) == {"type": "mood", "direction": "any"}
    assert cleaned({"type": "volume", "hours": None}) == {"type": "volume", "direction": "up"}
    whole = {"type": "negative_share", "above": 0.5, "hours": 24}
    assert cleaned({"type": "negative_share"}) == whole
    assert cleaned({"type": "coverage", "hours": 12}) == {"type": "coverage", "hours": 12}
    assert cleaned({"type": "search", "q": "  rate   limit "}) == {
        "type": "search",
        "q": "rate limit",
    }


def test_a_community_is_known_in_any_case_and_blanks_are_removed() -> None:
    given: Any = {
        **a_rule(name="  Mood  of\tCursor ", scope="community:OPENAI", note=" mine\n"),
        "channels": [{"type": "email", "to": " a@example.com ", "secret": ""}],
        "quiet_hours": {"from_": "22:00", "to": "07:00"},
    }
    rule = clean_rule(given, "x", SETTINGS, WATCHLIST)
    assert (rule["id"], rule["name"], rule["note"]) == ("x", "Mood of Cursor", "mine")
    assert rule["scope"] == "community:OpenAI"
    assert rule["channels"] == [a_channel("email", "a@example.com")]
    assert rule["quiet_hours"] == {"from": "22:00", "to": "07:00"}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_time_zones_are_known_by_their_names(zone: str) -> None:
    assert refused(time_zone=zone) == {}


@pytest.mark.parametrize(
    "zone", ["", "Europe", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "UTC\0", "x" * 999]
)
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    assert refused(time_zone=zone).keys() == {"/time_zone"}


@pytest.mark.parametrize(
    ("begin", "end", "places"),
    [
        ("22:00", "07:00", set()),
        ("00:00", "23:59", set()),
        ("24:00", "07:00", {"/quiet_hours/from"}),
        ("7:00", "08:60", {"/quiet_hours/from", "/quiet_hours/to"}),
        ("07:00", "07:00", {"/quiet_hours"}),
    ],
)
def test_quiet_hours_are_two_times_that_differ(begin: str, end: str, places: set[str]) -> None:
    assert refused(quiet_hours={"from": begin, "to": end}).keys() == places


@pytest.mark.parametrize(
    ("minutes", "is_taken"), [(14, False), (15, True), (10080, True), (10081, False), (-60, False)]
)
def test_a_cooldown_is_15_minutes_to_7_days(minutes: int, is_taken: bool) -> None:
    assert refused(cooldown=minutes).keys() == (set() if is_taken else {"/cooldown"})


TAKEN = [
    a_channel("webhook", HOOK, "HOOK_SECRET"),
    a_channel("webhook", HOOK),
    a_channel("webhook", "http://[2001:db8::1]:8080/x", "S3"),
    a_channel("slack", HOOK),
    a_channel("slack", None, "SLACK_HOOK"),
    a_channel("teams", None, "TEAMS_HOOK"),
    a_channel("discord", HOOK),
    a_channel("email", "a.b+c@mail.example.co.uk"),
    a_channel("email", ", ".join(f"p{number}@example.com" for number in range(20))),
    a_channel("apprise", "ntfy://topic"),
    a_channel("apprise", None, "TELEGRAM"),
]


@pytest.mark.parametrize("channel", TAKEN)
def test_channels_with_what_they_need_are_taken(channel: AlertChannel) -> None:
    assert refused(channels=[channel]) == {}


@pytest.mark.parametrize(
    ("channel", "field"),
    [
        (a_channel("webhook", None, "HOOK_SECRET"), "to"),
        (a_channel("slack", None), "to"),
        (a_channel("slack", HOOK, "SLACK_HOOK"), "to"),
        (a_channel("apprise", None), "to"),
        (a_channel("apprise", "topic"), "to"),
        (a_channel("email", None), "to"),
        (a_channel("email", "nobody"), "to"),
        (a_channel("email", "a@example.com,"), "to"),
        (a_channel("email", "a@example.com; b@example.com"), "to"),
        (a_channel("email", "a@example.com b@example.com"), "to"),
        (a_channel("email", "Ann <a@example.com>"), "to"),
        (a_channel("email", "a..b@example.com"), "to"),
        (a_channel("email", "a@-example.com"), "to"),
        (a_channel("email", "\u00e4@example.com"), "to"),
        (a_channel("email", ",".join(f"p{number}@example.com" for number in range(21))), "to"),
        (a_channel("email", ",".join(f"{'p' * 60}{n}@example.com" for n in range(18))), "to"),
        (a_channel("email", "a@b.example\nBcc: c@d.example"), "to"),
        (a_channel("email", "a@example.com", "SMTP"), "secret"),
        (a_channel("teams", "ftp://example.com/x"), "to"),
        (a_channel("teams", "https://"), "to"),
        (a_channel("teams", "https://me:word@example.com/"), "to"),
        (a_channel("teams", "https://example.com:99999/"), "to"),
        (a_channel("discord", "https://example.com/" + "x" * 1000), "to"),
    ],
)
def test_a_channel_without_what_it_needs_is_refused(channel: AlertChannel, field: str) -> None:
    found = refused(channels=[channel])
    assert found.keys() == {f"/channels/0/{field}"}
    assert channel["to"] is None or channel["to"] not in str(found), "it may be a secret"


@pytest.mark.parametrize(
    ("to", "problem"),
    [
        ("a@example.com, nobody", "number 2 of 2 is not an e-mail address"),
        (",".join(f"p{n}@example.com" for n in range(21)), "21 e-mail addresses: at most 20"),
    ],
)
def test_it_is_said_which_address_is_none_and_what_is_taken(to: str, problem: str) -> None:
    rule = a_rule(channels=[a_channel("email", to)])
    (refusal,) = rule_refusals(rule, SETTINGS, WATCHLIST)
    assert problem in refusal.problem
    assert "1 to 20 e-mail addresses, separated by commas" in refusal.takes


def test_the_same_addresses_are_the_same_channel() -> None:
    given = {"type": "email", "secret": None}
    spellings = (" a@example.com,b@Example.com ", "a@example.com ,  b@Example.com, A@EXAMPLE.com")
    cleaned = [clean_channel({**given, "to": each}) for each in spellings]
    assert cleaned == [a_channel("email", "a@example.com, b@Example.com")] * 2
    assert clean_channel({**given, "to": " nobody, "})["to"] == "nobody,", "it is refused as it is"


OWN = [name.upper() for name in Settings.model_fields]
OF_THE_PLATFORM = (
    "AzureWebJobsStorage",
    "AZUREWEBJOBSSTORAGE",
    "AZURE_CLIENT_SECRET",
    "WEBSITE_AUTH_ENCRYPTION_KEY",
    "FUNCTIONS_WORKER_RUNTIME",
    "IDENTITY_HEADER",
    "MSI_SECRET",
    "APPSETTING_X",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "COSMOS_ANYTHING",
    "DEPLOYMENT_STORAGE_CONNECTION_STRING",
    "PYTHONPATH",
)


@pytest.mark.parametrize("name", [*OWN, *OF_THE_PLATFORM])
def test_a_secret_names_none_of_the_apps_or_the_platforms_settings(name: str) -> None:
    found = refused(channels=[a_channel("slack", None, name)])
    assert found.keys() == {"/channels/0/secret"}


@pytest.mark.parametrize("given", ["slack_hook", "1A", "A-B", HOOK, "whsec_c2VjcmV0", "A" * 129])
def test_a_secret_that_is_no_name_is_refused_and_not_quoted(given: str) -> None:
    found = refused(channels=[a_channel("slack", None, given)])
    assert found.keys() == {"/channels/0/secret"}
    assert given not in str(found)


def test_a_channel_stands_once_and_there_are_at_most_five() -> None:
    mail = [a_channel("email", f"a{n}@example.com") for n in range(6)]
    assert refused(channels=mail[:5]) == {}
    assert refused(channels=mail).keys() == {"/channels"}
    assert refused(channels=[mail[0], mail[1], mail[0]]).keys() == {"/channels/2"}


def test_the_channels_of_a_rule_have_at_most_twenty_addresses_together() -> None:
    def mail(first: int, end: int) -> AlertChannel:
        return a_channel("email", ", ".join(f"p{n}@example.com" for n in range(first, end)))

    assert refused(channels=[mail(0, 15), mail(10, 20)]) == {}, "who stands twice counts once"
    rule = a_rule(channels=[mail(0, 15), mail(10, 21)])
    (refusal,) = rule_refusals(rule, SETTINGS, WATCHLIST)
    assert (refusal.pointer, refusal.problem) == (
        "/channels",
        "21 e-mail addresses are too many",
    )
    assert refusal.takes == "at most 20 of all channels together"


def test_at_most_fifty_rules_are_taken() -> None:
    assert list(count_refusals([a_rule()] * MAX_RULES)) == []
    (refusal,) = count_refusals([a_rule()] * (MAX_RULES + 1))
    assert "51" in refusal.problem


@pytest.mark.parametrize(
    ("channel", "shown"),
    [
        (a_channel("slack", "https://Hooks.Example.com:8443/a/b?c=d#e"), "hooks.example.com"),
        (a_channel("webhook", "https://[2001:db8::1]/x", "S"), "2001:db8::1"),
        (a_channel("email", "anna.smith@example.com"), "a…@example.com"),
        (a_channel("email", "anna@example.com, bob@example.org"), "a…@example.com, b…@example.org"),
        (a_channel("apprise", "tgram://123456:bot-token/42"), "tgram"),
        (a_channel("teams", None, "TEAMS_HOOK"), None),
    ],
)
def test_what_anybody_may_see_of_an_address(channel: AlertChannel, shown: str | None) -> None:
    assert shown_address(channel) == shown


def test_channels_have_different_ids_unless_they_are_the_same() -> None:
    ids = {channel_id(each) for each in TAKEN}
    assert len(ids) == len(TAKEN)
    assert channel_id(a_channel("slack", HOOK)) in ids
