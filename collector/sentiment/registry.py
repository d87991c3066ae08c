"""The methods of sentiment by the names that SENTIMENT_METHOD takes."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from collector.sentiment.base import Method
from shared.communities import SourceName
from shared.logs import event
from shared.text.form import Form

Forms = Mapping[SourceName, Form]

METHODS: Sequence[str] = ("vader", "linear", "encoder")

log = logging.getLogger(__name__)


def method_named(name: str, forms: Forms | None = None) -> Method:
    """Return the method of this name, loaded, with the forms of the sources. Raises KeyError."""
    return {"vader": _vader, "linear": _linear, "encoder": _encoder}[name](forms or {})


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


def _encoder(forms: Forms) -> Method:
    """Return the encoder, or `linear` where the runtime or the weights can't be loaded."""
    from collector.sentiment.encoder.runtime import (  # noqa: PLC0415 - they load
        CannotLoadError,
        Encoder,
        Files,
    )
    from collector.sentiment.encoder.scorer import Reader, encoder_method  # noqa: PLC0415
    from collector.text.cleaning import VERSION as READING  # noqa: PLC0415

    try:
        files = Files()
        reader = Reader(Encoder(files), files.unsure_below(), files.kind_bounds())
        version = files.version()
    except CannotLoadError as error:
        event(log, "scoring.degraded", logging.ERROR, method="encoder", to="linear")
        log.exception("scoring.failed method=encoder")
        return replace(_linear(forms), stands_in_because=str(error))
    return encoder_method(reader, f"{version}+{READING}", partial(_linear, forms), forms)
