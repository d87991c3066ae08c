import subprocess
import sys

from tests.api.world import HTTP_FUNCTIONS

FORBIDDEN = ("aiosqlite", "azure.cosmos", "collector", "local", "praw", "vaderSentiment")


def test_the_endpoints_are_there() -> None:
    assert {
        "api/v1/health",
        "api/v1/posts/recent",
        "api/v1/sentiment/stats",
        "api/v1/subreddits",
    } <= {each.route for each in HTTP_FUNCTIONS}


def test_a_cold_start_imports_nothing_that_only_collection_or_one_database_needs() -> None:
    blueprints = "api.blueprint, api.changes, api.site, api.watching"
    code = f"import sys, {blueprints}; print([m for m in {FORBIDDEN} if m in sys.modules])"
    # Without an environment: an import must not need settings.
    done = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"
