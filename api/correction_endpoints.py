"""The endpoints of corrections. Routes, OpenAPI and tests read these rows."""

from api.endpoint import Endpoint
from api.schema.corrections import (
    CorrectionAnswer,
    CorrectionBody,
    CorrectionPath,
    Corrections,
    CorrectionsParameters,
)

CORRECTION_ENDPOINTS = (
    Endpoint(
        "corrections",
        "/corrections",
        "What people corrected of labels and mentions, page by page; also as training data",
        Corrections,
        CorrectionsParameters,
        problems=(422,),
        files=("application/x-ndjson",),
        is_paged=True,
    ),
    Endpoint(
        "put_correction",
        "/corrections/{id}",
        "Correct the label of a post or comment, what it says of subjects, or what it is about",
        CorrectionAnswer,
        CorrectionPath,
        method="PUT",
        problems=(401, 404, 415, 422),
        is_kept=False,
        body=CorrectionBody,
    ),
    Endpoint(
        "delete_correction",
        "/corrections/{id}",
        "Take back all that was corrected of a post or comment",
        CorrectionAnswer,
        CorrectionPath,
        method="DELETE",
        problems=(401, 404, 422),
        is_kept=False,
    ),
)
