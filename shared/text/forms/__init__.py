"""The form of each source's texts."""

from collections.abc import Mapping

from shared.communities import SourceName
from shared.text.form import Form
from shared.text.forms.discourse import DISCOURSE
from shared.text.forms.github import GITHUB
from shared.text.forms.hackernews import HACKERNEWS
from shared.text.forms.pushed import PUSHED
from shared.text.forms.reddit import REDDIT

FORMS: Mapping[SourceName, Form] = {
    "reddit": REDDIT,
    "arctic_shift": REDDIT,
    "hackernews": HACKERNEWS,
    "discourse": DISCOURSE,
    "github": GITHUB,
    "push": PUSHED,
}
