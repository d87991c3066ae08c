"""The communities of an app that has nothing configured, and the forums that it knows by name."""

from collections.abc import Mapping

from shared.setting_values import NO_SUBREDDITS

DEFAULT_SUBREDDITS = (
    "Cursor",
    "Bard",
    "GithubCopilot",
    "claude",
    "windsurf",
    "ChatGPTCoding",
    "vibecoding",
    "aws",
    "programming",
    "MachineLearning",
    "artificial",
    "OpenAI",
    "kiroIDE",
    "JulesAgent",
)

# They need no account.
DEFAULT_COMMUNITIES = (
    "hn.claude-code",
    "hn.github-copilot",
    "forum.cursor",
    "forum.openai",
    "github.anthropics.claude-code",
    "github.openai.codex",
    "github.google-gemini.gemini-cli",
    "github.microsoft.vscode-copilot-release",
    "github.cline.cline",
)
OF_REDDIT = frozenset({"REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET", "REDDIT_BASE_URL"})
# Discourse forums that need no entry in FORUMS.
FORUMS = {"cursor": "https://forum.cursor.com", "openai": "https://community.openai.com"}


def with_communities(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with what an app watches that has nothing configured to watch.

    Where Reddit isn't configured either, its subreddits would only fail.
    """
    given = {name for name, value in environ.items() if value.strip()}
    reads_reddit = given & OF_REDDIT or environ.get("ARCTIC_SHIFT", "").strip() == "poll"
    if reads_reddit or "SUBREDDITS" in given:
        return dict(environ)
    communities = environ.get("COMMUNITIES", "").strip() or ",".join(DEFAULT_COMMUNITIES)
    return {**environ, "COMMUNITIES": communities, "SUBREDDITS": NO_SUBREDDITS}
