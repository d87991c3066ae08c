"""Writes corrected labels as training data, in the rows of files of labelled text."""

from collections.abc import Mapping
from typing import Literal

from api.deps import Deps
from api.export.tables import TYPES, written
from api.http.negotiation import choose_type
from api.http.responses import Prepared, prepared
from api.reads.corrections import CorrectionsPage, training_rows
from api.schema.corrections import CorrectionsParameters

FILE_NAME = "undertone-corrections.jsonl"


def form_of_corrections(
    parameters: CorrectionsParameters, accept: str
) -> Literal["json", "ndjson"]:
    """Return the format of the parameters, or else the one that the Accept header prefers.

    Raises NotAcceptable.
    """
    if parameters.format is not None:
        return "json" if parameters.format == "json" else "ndjson"
    chosen = choose_type(accept, [TYPES["json"], TYPES["ndjson"]])
    return "json" if chosen == TYPES["json"] else "ndjson"


def corrections_file(deps: Deps, page: CorrectionsPage, links: Mapping[str, str]) -> Prepared:
    """Write the labels of a page of corrections as a file."""
    body = written(list(training_rows(page.found)), (), "ndjson")
    disposition = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
    more = {**links, **disposition}
    return prepared(body, deps.settings.origin, more=more, fresh_seconds=0)
