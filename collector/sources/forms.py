"""The form of each source's texts; it loads no source's client."""

from collections.abc import Mapping

from collector.sources.discourse.form import DISCOURSE
from collector.sources.github.form import GITHUB
from collector.sources.hackernews.form import HACKERNEWS
from collector.sources.push.form import PUSHED
from collector.sources.reddit.form import REDDIT
from collector.text.form import Form
from shared.communities import SourceName

FORMS: Mapping[SourceName, Form] = {
    "reddit": REDDIT,
    "arctic_shift": REDDIT,
    "hackernews": HACKERNEWS,
    "discourse": DISCOURSE,
    "github": GITHUB,
    "push": PUSHED,
}
