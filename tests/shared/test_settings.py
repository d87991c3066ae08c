import json
from pathlib import Path

import pytest

from local.host.config import read_local_settings
from shared.default_communities import DEFAULT_COMMUNITIES, DEFAULT_SUBREDDITS, with_communities
from shared.errors import SettingsError
from shared.settings import Settings, load_settings, schedule_warnings

ROOT = Path(__file__).parents[2]
# Settings in local.settings.json for the host, not for the app.
HOST_SETTINGS = {
    "AzureWebJobsStorage",
    "FUNCTIONS_WORKER_RUNTIME",
    "AzureWebJobsDisableHomepage",
    "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
    "PYTHON_THREADPOOL_THREAD_COUNT",
}


def complaint(**environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    return str(caught.value)


def test_without_any_setting_the_defaults_hold() -> None:
    settings = load_settings({})
    assert settings.watched == DEFAULT_SUBREDDITS
    assert settings.retention_days == 90
    assert settings.cosmos_endpoint is None


@pytest.mark.parametrize(
    "environ",
    [
        {"REDDIT_CLIENT_ID": "an-id", "REDDIT_CLIENT_SECRET": "a-secret"},
        {"REDDIT_BASE_URL": "http://127.0.0.1:8000"},
        {"ARCTIC_SHIFT": "poll"},
    ],
)
def test_where_reddit_or_its_archive_is_read_subreddits_are_watched(environ) -> None:
    assert load_settings(with_communities(environ)).watched == DEFAULT_SUBREDDITS


@pytest.mark.parametrize(
    ("environ", "watched"),
    [
        ({}, DEFAULT_COMMUNITIES),
        ({"SUBREDDITS": " ", "COMMUNITIES": ""}, DEFAULT_COMMUNITIES),
        ({"SUBREDDITS": "aws"}, ("aws",)),
        ({"COMMUNITIES": "hn.front"}, ("hn.front",)),
        ({"SUBREDDITS": "aws", "COMMUNITIES": "hn.front"}, ("aws", "hn.front")),
    ],
)
def test_what_is_named_is_watched_and_nothing_beside_it(environ, watched) -> None:
    assert load_settings(with_communities(environ)).watched == watched


@pytest.mark.parametrize(
    "community",
    ["hn.front", "hn.claude-code", "forum.cursor", "github.o.r", "github.a-b.c.d_e", "push.x"],
)
def test_ids_of_all_sources_are_taken(community: str) -> None:
    assert load_settings({"COMMUNITIES": community}).communities == (community,)


@pytest.mark.parametrize(
    "community",
    ["hn.", "hn.A", "hn.a b", "forum.x/y", "github.o", "github.o.", "github.o.r/x", "github..r"],
)
def test_other_ids_are_refused(community: str) -> None:
    assert complaint(COMMUNITIES=community).startswith("COMMUNITIES: ")


@pytest.mark.parametrize(
    ("given", "word"),
    [("x", "no value"), ("x=1,x=2", "twice"), ("X=a", "small letters"), ("x=", "no value")],
)
def test_a_bad_list_of_queries_is_refused_with_what_is_wrong(given: str, word: str) -> None:
    line = complaint(HN_QUERIES=given)
    assert line.startswith("HN_QUERIES: ")
    assert word in line


def test_a_forum_without_an_address_is_refused_with_what_to_add() -> None:
    line = complaint(COMMUNITIES="forum.ours")
    assert line == "FORUMS: forum.ours has no address; add ours=https://…"
    forums = "ours=https://forum.ours.example/"
    settings = load_settings({"COMMUNITIES": "forum.ours", "FORUMS": forums})
    assert settings.addresses_of_forums["ours"] == "https://forum.ours.example"
    assert "not an http(s) address" in complaint(FORUMS="ours=forum.ours.example")


MAIL = {"ALERTS_FROM": "Undertone <alerts@example.org>", "SMTP_HOST": "mail.example.org"}
ACS = "endpoint=https://some.communication.azure.com/;accesskey=aHVudGVyMmh1bnRlcjI="


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"SMTP_PORT": "465", "SMTP_TLS": "tls"},
        {"SMTP_USER": "ann", "SMTP_PASSWORD": "hunter2"},
        {"SMTP_TLS": "none"},
        {"SMTP_HOST": "", "ACS_ENDPOINT": "https://some.communication.azure.com"},
        {"SMTP_HOST": "", "ACS_CONNECTION_STRING": ACS},
    ],
)
def test_one_way_of_sending_e_mails_is_taken(given: dict[str, str]) -> None:
    assert load_settings({**MAIL, **given}).alerts_from == MAIL["ALERTS_FROM"]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"ALERTS_FROM": ""}, "ALERTS_FROM: not set, and SMTP_HOST needs it"),
        ({"ACS_CONNECTION_STRING": ACS}, "SMTP_HOST and ACS_CONNECTION_STRING: set one of them"),
        ({"SMTP_USER": "ann"}, "SMTP_USER and SMTP_PASSWORD: set both, or neither"),
        ({"SMTP_PASSWORD": "hunter2"}, "SMTP_USER and SMTP_PASSWORD: set both, or neither"),
        (
            {"SMTP_USER": "ann", "SMTP_PASSWORD": "hunter2", "SMTP_TLS": "none"},
            "SMTP_TLS: none would send SMTP_PASSWORD unencrypted",
        ),
        (
            {"SMTP_HOST": "", "ACS_CONNECTION_STRING": ACS.replace("accesskey", "hunter2")},
            "ACS_CONNECTION_STRING: not a connection string",
        ),
    ],
)
def test_half_a_way_or_two_are_refused_with_what_to_set(given: dict[str, str], line: str) -> None:
    said = complaint(**{**MAIL, **given})
    assert said.startswith(line)
    assert "hunter2" not in said


MODEL = {"ASK_ENDPOINT": "https://models.example.org/v1/", "ASK_MODEL": "small"}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"ASK_KEY": "hunter2"},
        {"ASK_ENDPOINT": "https://ours.openai.azure.com/openai/v1/"},
        {"ASK_ENDPOINT": "http://127.0.0.1:11434/v1"},
    ],
)
def test_a_model_is_taken_with_its_address(given: dict[str, str]) -> None:
    settings = load_settings({**MODEL, **given})
    assert settings.ask_endpoint == {**MODEL, **given}["ASK_ENDPOINT"].rstrip("/")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"ASK_MODEL": ""}, "ASK_ENDPOINT and ASK_MODEL: set both, or neither"),
        ({"ASK_ENDPOINT": ""}, "ASK_ENDPOINT and ASK_MODEL: set both, or neither"),
        (
            {"ASK_ENDPOINT": "", "ASK_MODEL": "", "ASK_KEY": "hunter2"},
            "ASK_ENDPOINT: not set, and ASK_KEY is a key of it",
        ),
        (
            {"ASK_ENDPOINT": "http://models.example.org/v1"},
            "ASK_ENDPOINT: an address begins with https://",
        ),
        (
            {"ASK_ENDPOINT": "https://ours.openai.azure.com/", "ASK_KEY": "hunter2"},
            "ASK_ENDPOINT: the address of Azure OpenAI ends with /openai/v1/",
        ),
        (
            {"ASK_ENDPOINT": "https://x.example/v1?api-version=preview"},
            "ASK_ENDPOINT: it takes no query",
        ),
        ({"ASK_MODEL": "two words"}, "ASK_MODEL: "),
        ({"LLM_DAILY_TOKENS": "-1"}, "LLM_DAILY_TOKENS: "),
    ],
)
def test_half_a_model_is_refused_with_what_to_set(given: dict[str, str], line: str) -> None:
    said = complaint(**{**MODEL, **given})
    assert said.startswith(line)
    assert "hunter2" not in said


def test_an_empty_setting_counts_as_unset() -> None:
    assert load_settings({"RETENTION_DAYS": " ", "COSMOS_ENDPOINT": ""}).retention_days == 90


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUBREDDITS", "a b"),
        ("SUBREDDITS", ","),
        ("SUBREDDITS", "aws,AWS"),
        ("SUBREDDITS", "all"),
        ("SUBREDDITS", "../etc"),
        ("SUBREDDITS", "none,aws"),
        ("SUBREDDITS", "push.desk"),
        ("SUBREDDITS", "Push.Desk"),
        ("COMMUNITIES", "push."),
        ("COMMUNITIES", "Push.desk"),
        ("COMMUNITIES", "push.desk,push.desk"),
        ("COLLECT_SCHEDULE", "*/30 * * * *"),
        ("TRENDING_SCHEDULE", "0 99 * * * *"),
        ("CLEANUP_SCHEDULE", "daily"),
        ("RETENTION_DAYS", "0"),
        ("RETENTION_DAYS", "ninety"),
        ("SWEEP_REQUESTS", "-1"),
        ("LEASE_SECONDS", "0"),
        ("CYCLE_SECONDS", "1"),
        ("SENTIMENT_METHOD", "guess"),
        ("LOG_LEVEL", "LOUD"),
        ("REDDIT_BASE_URL", "localhost:80"),
        ("COSMOS_ENDPOINT", "account"),
        ("COSMOS_DATABASE", "a/b"),
        ("REDDIT_USER_AGENT", "me"),
        ("ORIGIN", "other"),
        ("COLLECT_ON_STARTUP", "perhaps"),
        ("TELEMETRY", "on"),
        ("ALERTS_ALLOW", "10.0.0.0/33"),
        ("ALERTS_ALLOW", "https://hooks.example.org"),
        ("ALERTS_ALLOW", "127.1"),
        ("ALERTS_FROM", "alerts"),
        ("SMTP_HOST", "mail.example.org/x"),
        ("SMTP_PORT", "0"),
        ("SMTP_PORT", "65536"),
        ("SMTP_TLS", "ssl"),
        ("ACS_ENDPOINT", "account"),
    ],
)
def test_a_bad_setting_gives_one_line_that_names_it_and_says_what_it_takes(
    name: str, value: str
) -> None:
    line = complaint(**{name: value})
    assert "\n" not in line
    assert line.startswith(f"{name}: ")
    assert f"it takes {Settings.model_fields[name.lower()].description}" in line


@pytest.mark.parametrize(
    ("origin", "word"),
    [
        ("*", "every page"),
        ("null", "sandboxed"),
        ("https://a.example,null", "sandboxed"),
        ("https://*.example", "wildcard"),
        ("https://a.example/", "write https://a.example;"),
        ("https://a.example/page?x#y", "no path"),
        ("https://A.example", "lower case: write https://a.example"),
        ("HTTPS://a.example", "lower case"),
        ("javascript:alert(1)", "scheme 'javascript'"),
        ("chrome-extension://abcdef", "scheme 'chrome-extension'"),
        ("a.example", "scheme is missing"),
        ("//a.example", "scheme is missing"),
        ("https://", "valid host name"),
        ("https://a..b", "valid host name"),
        ("https://a.example https://b.example", "no spaces"),
        ("https://a.example;https://b.example", "no spaces"),
        ("https://a.example:443", "leave out 443"),
        ("http://a.example:80", "leave out 80"),
        ("https://a.example:0", "port"),
        ("https://a.example:99999", "port"),
        ("https://a.example:x", "port"),
        ("https://b\u00fccher.example", "xn--"),
        ("http://127.1", "valid host name"),
        ("http://[0:0::1]:8080", "valid host name"),
    ],
)
def test_an_origin_that_no_browser_sends_is_refused_with_what_to_write(origin, word) -> None:
    line = complaint(CORS_ORIGINS=origin)
    assert line.startswith("CORS_ORIGINS: ")
    assert word in line
    assert "\n" not in line


def test_a_password_in_an_origin_is_refused_and_not_quoted() -> None:
    assert "hunter2" not in complaint(CORS_ORIGINS="https://me:hunter2@a.example")


@pytest.mark.parametrize(
    "origin",
    ["https://a.example", "http://localhost:5173", "http://[::1]:8080", "https://xn--bcher-kva.de"],
)
def test_an_origin_as_browsers_send_it_is_taken(origin) -> None:
    assert load_settings({"CORS_ORIGINS": f"{origin}, https://b.example"}).cors_origins[0] == origin


@pytest.mark.parametrize("name", ["COLLECT_SCHEDULE", "TRENDING_SCHEDULE", "CLEANUP_SCHEDULE"])
def test_a_bad_schedule_says_what_to_write_instead(name: str) -> None:
    assert "write 0 */5 * * * *; it takes six NCRONTAB fields" in complaint(**{name: "*/5 * * * *"})
    assert "write 0 */30 * * * *; it takes" in complaint(**{name: "00:30:00"})
    assert "never comes" in complaint(**{name: "0 0 0 30 2 *"})


@pytest.mark.parametrize("value", ["0 5 * * * *\n", "0 5 * * * *\t", " "])
def test_a_schedule_is_read_with_its_blanks_as_the_host_reads_it(value: str) -> None:
    assert repr(value) in complaint(COLLECT_SCHEDULE=value)
    assert load_settings({"COLLECT_SCHEDULE": " 0 5 * * * * "}).collect_schedule


def test_a_schedule_that_hardly_means_what_it_says_is_warned_of_by_name() -> None:
    assert schedule_warnings(load_settings({})) == []
    given = {"COLLECT_SCHEDULE": "0 */7 22-2 * * *", "CLEANUP_SCHEDULE": "0 0 */25 * * *"}
    found = schedule_warnings(load_settings(given))
    assert [each.split(": ")[0] for each in found] == [
        "COLLECT_SCHEDULE",
        "COLLECT_SCHEDULE",
        "CLEANUP_SCHEDULE",
    ]
    assert "is read as 2-22" in found[1]


def test_each_bad_setting_has_its_own_line() -> None:
    lines = complaint(RETENTION_DAYS="x", SWEEP_REQUESTS="y").splitlines()
    assert [line.split(":")[0] for line in lines] == ["RETENTION_DAYS", "SWEEP_REQUESTS"]


@pytest.mark.parametrize("given", ["REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"])
def test_reddits_id_and_secret_come_together(given: str) -> None:
    assert "REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET" in complaint(**{given: "hunter2"})


def test_a_key_without_its_account_is_an_error_that_does_not_show_the_key() -> None:
    line = complaint(COSMOS_KEY="hunter2")
    assert line.startswith("COSMOS_ENDPOINT")
    assert "hunter2" not in line


@pytest.mark.parametrize(
    "key", ["not base64!!", "abc", "AccountEndpoint=https://a/;AccountKey=YQ==", "kéy"]
)
def test_a_key_that_is_none_is_one_line_that_does_not_show_it(key) -> None:
    line = complaint(COSMOS_ENDPOINT="https://a.example", COSMOS_KEY=key)
    assert line.startswith("COSMOS_KEY: ")
    assert "\n" not in line
    assert key not in line


@pytest.mark.parametrize(
    "name", ["REDDIT_BASE_URL", "COSMOS_ENDPOINT", "SUBREDDITS", "CORS_ORIGINS"]
)
@pytest.mark.parametrize(
    "value",
    [
        "https://me:hunter2@a.example",
        "https://hunter2@a.example",
        "https//me:hunter2@a.example",
        "me:hunter2@a.example",
        "https://me:hun/hunter2@a.example",
        "AccountEndpoint=https://a.example:443/;AccountKey=hunter2==;",
    ],
)
def test_a_password_in_any_setting_is_never_quoted(name, value) -> None:
    line = complaint(**{name: value})
    assert line.startswith(f"{name}: ")
    assert "hunter2" not in line


CONNECTION_STRING = "InstrumentationKey=00000000-1111-2222-3333-444444444444"


@pytest.mark.parametrize("given", [None, "InstrumentationKey=hunter2", "IngestionEndpoint=hunter2"])
def test_telemetry_needs_a_connection_string_that_is_one_and_is_not_shown(given) -> None:
    name = "APPLICATIONINSIGHTS_CONNECTION_STRING"
    line = complaint(TELEMETRY="azure", **({name: given} if given else {}))
    assert line.startswith(name)
    assert "InstrumentationKey=…" in line
    assert "hunter2" not in line


def test_a_connection_string_alone_switches_nothing_on() -> None:
    settings = load_settings({"APPLICATIONINSIGHTS_CONNECTION_STRING": CONNECTION_STRING})
    assert settings.telemetry == "off"
    assert "00000000" not in repr(settings)


@pytest.mark.parametrize(
    "name", ["PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY", "PYTHON_ENABLE_OPENTELEMETRY"]
)
def test_the_worker_and_the_app_never_both_send_telemetry(name: str) -> None:
    on = {"TELEMETRY": "azure", "APPLICATIONINSIGHTS_CONNECTION_STRING": CONNECTION_STRING}
    assert complaint(**on, **{name: "true"}).startswith(name)
    assert load_settings({**on, name: "false"}).telemetry == "azure"
    assert load_settings({name: "true"}).telemetry == "off"


def test_on_azure_there_is_no_silent_fall_back_to_a_local_file() -> None:
    line = complaint(WEBSITE_SITE_NAME="undertone")
    assert line.startswith("COSMOS_ENDPOINT")


def test_no_secret_is_ever_shown() -> None:
    settings = load_settings(
        {
            "REDDIT_CLIENT_ID": "id",
            "REDDIT_CLIENT_SECRET": "hunter2",
            "COSMOS_ENDPOINT": "https://account.example",
            "COSMOS_KEY": "aHVudGVyMw==",
            "ALERTS_FROM": "alerts@example.org",
            "SMTP_HOST": "mail.example.org",
            "SMTP_USER": "ann",
            "SMTP_PASSWORD": "hunter2",
            **MODEL,
            "ASK_KEY": "hunter2",
        }
    )
    assert "hunter" not in repr(settings)
    assert "hunter" not in settings.model_dump_json()


def test_a_subreddit_is_found_whatever_its_case() -> None:
    settings = load_settings({"SUBREDDITS": "claude, OpenAI"})
    assert settings.community_named("CLAUDE") == "claude"
    assert settings.community_named("openai") == "OpenAI"
    assert settings.community_named("aws") is None


def local_values() -> dict[str, str]:
    values: dict[str, str] = json.loads((ROOT / "local.settings.json").read_text())["Values"]
    return values


def test_local_settings_json_has_every_setting_and_no_other() -> None:
    names = {name.upper() for name in Settings.model_fields}
    assert set(local_values()) == names | HOST_SETTINGS


def test_local_settings_json_holds_the_defaults_and_no_secret() -> None:
    ours = {name: value for name, value in local_values().items() if name not in HOST_SETTINGS}
    # The one difference: on one machine the first collection should not wait for half an hour.
    assert ours.pop("COLLECT_ON_STARTUP") == "true"
    assert load_settings(ours) == Settings()


def test_the_storage_of_local_settings_json_is_the_emulators_and_no_account() -> None:
    assert local_values()["AzureWebJobsStorage"] == "UseDevelopmentStorage=true"


def test_secrets_have_a_file_that_git_and_the_package_leave_out() -> None:
    assert "`.env`" in (ROOT / "README.md").read_text()
    # Paths of the package begin at the root.
    for ignore, line in ((".gitignore", ".env"), (".funcignore", "/.env")):
        assert line in (ROOT / ignore).read_text().splitlines()


def test_the_environment_comes_before_local_settings_json() -> None:
    given = read_local_settings(ROOT, {"COSMOS_KEY": "mine"})
    assert given["COSMOS_KEY"] == "mine"


def test_the_readme_has_every_setting_with_its_default() -> None:
    readme = (ROOT / "README.md").read_text()
    rows = {
        line.split("|")[1].strip(" `"): line
        for line in readme.splitlines()
        if line.startswith("| `")
    }
    for name, field in Settings.model_fields.items():
        assert name.upper() in rows, f"{name.upper()} is not in the README's table"
        default = local_values()[name.upper()]
        if default and name not in {"subreddits", "collect_on_startup"}:
            assert default in rows[name.upper()], f"{name.upper()}: not the default {default}"
        assert field.description


def test_a_cycle_ends_a_minute_before_the_host_would_kill_it() -> None:
    timeout = json.loads((ROOT / "host.json").read_text())["functionTimeout"]
    hours, minutes, seconds = map(int, timeout.split(":"))
    assert Settings().cycle_seconds == hours * 3600 + minutes * 60 + seconds - 60
