"""The page that shows the API and lets one try it: Swagger UI, served by the app itself."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

import azure.functions as func

from api.answers import Prepared, data_answer
from api.openapi import openapi_document
from api.parameters import NotThere

FOLDER = Path(__file__).with_name("static") / "docs"
TYPES = {".js": "text/javascript", ".css": "text/css"}
# Swagger UI draws its icons from data: addresses, and sets styles from its script.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Undertone API</title>
<link rel="stylesheet" href="/api/v1/docs/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="swagger-ui"><noscript>This page needs JavaScript; the document it shows is
<a href="/api/v1/openapi.json">openapi.json</a>.</noscript></div>
<script src="/api/v1/docs/swagger-ui-bundle.js"></script>
<script src="/api/v1/docs/start.js"></script>
</body>
</html>
"""
FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "start.js")


def document_answer(request: func.HttpRequest) -> func.HttpResponse:
    """Answer with the OpenAPI document."""
    return data_answer(request, _document())


@lru_cache(maxsize=1)
def _document() -> Prepared:
    return _prepared(json.dumps(openapi_document()).encode())


def docs_page(request: func.HttpRequest) -> func.HttpResponse:
    """Answer with the page."""
    return data_answer(request, _prepared(HTML.encode()), mimetype="text/html", policy=POLICY)


def docs_file(request: func.HttpRequest, name: str) -> func.HttpResponse:
    """Answer with one of the page's files. Raises NotThere."""
    if name not in FILES:
        raise NotThere(f"There is no such file: the page has {', '.join(FILES)}.")
    return data_answer(
        request, _file(name), mimetype=TYPES[Path(name).suffix], policy="default-src 'none'"
    )


@lru_cache(maxsize=len(FILES))
def _file(name: str) -> Prepared:
    try:
        return _prepared((FOLDER / name).read_bytes())
    except OSError as error:
        raise NotThere("The page's files aren't there: `make` puts them there.") from error


def _prepared(body: bytes) -> Prepared:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Prepared(body, tag, {"Cache-Control": "public, max-age=3600", "ETag": tag})
