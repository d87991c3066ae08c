"""The methods of sentiment by the names that SENTIMENT_METHOD takes."""

from collector.sentiment.base import Method


def method_named(name: str) -> Method:
    """Return the method of this name, loaded. Raises KeyError."""
    return {"vader": _vader, "linear": _linear}[name]()


def _vader() -> Method:
    from collector.sentiment.vader import vader_scorer, vader_version  # noqa: PLC0415 - it loads

    return Method("vader", vader_version(), vader_scorer())


def _linear() -> Method:
    from collector.sentiment.linear.scorer import linear_scorer  # noqa: PLC0415 - it loads the lexicon
    from collector.sentiment.linear.weights import read_weights  # noqa: PLC0415
    from collector.text.cleaning import VERSION as READING  # noqa: PLC0415 - it loads

    weights = read_weights()
    return Method("linear", f"{weights.version}+{READING}", linear_scorer(weights), fallback=_vader)
