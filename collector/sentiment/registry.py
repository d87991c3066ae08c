"""The methods of sentiment by the names that SENTIMENT_METHOD takes."""

from collections.abc import Mapping
from functools import partial

from collector.sentiment.base import Method
from shared.communities import SourceName
from shared.text.form import Form

Forms = Mapping[SourceName, Form]


def method_named(name: str, forms: Forms | None = None) -> Method:
    """Return the method of this name, loaded, with the forms of the sources. Raises KeyError."""
    return {"vader": _vader, "linear": _linear}[name](forms or {})


def _vader(forms: Forms) -> Method:
    from collector.sentiment.vader import vader_scorer, vader_version  # noqa: PLC0415 - it loads

    return Method("vader", vader_version(), vader_scorer(), forms=forms)


def _linear(forms: Forms) -> Method:
    from collector.sentiment.linear.scorer import linear_scorer  # noqa: PLC0415 - it loads the lexicon
    from collector.sentiment.linear.weights import read_weights  # noqa: PLC0415
    from collector.text.cleaning import VERSION as READING  # noqa: PLC0415 - it loads

    weights = read_weights()
    version = f"{weights.version}+{READING}"
    return Method("linear", version, linear_scorer(weights), partial(_vader, forms), forms)
