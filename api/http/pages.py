"""The app's pages: the dashboard, and Swagger UI, which documents the API and can call it."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

import azure.functions as func

from api.errors import NotFound
from api.http.openapi import openapi_document
from api.http.responses import Prepared, data_answer

STATIC = Path(__file__).parents[1] / "static"
# `make pages` builds them.
DASHBOARD, SWAGGER = STATIC / "page", STATIC / "swagger"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    # Licences.
    ".txt": "text/plain",
}
# A file with a hash in its name never changes; the page that refers to it may.
FOREVER, ALWAYS_ASK = "public, max-age=31536000, immutable", "no-cache"
# A process compresses a file once, so it may take longer than for an answer: a tenth is saved.
GZIP_LEVEL = 5
AN_HOUR = "public, max-age=3600"
# Swagger UI draws its icons from data: addresses, and sets styles from its script.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Only the page's own files can be scripts, so the text of communities never is one.
DASHBOARD_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self';"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Undertone API</title>
<link rel="stylesheet" href="/api/v1/docs/swagger-ui.css">
<link rel="icon" href="data:,">
<link rel="license" href="/api/v1/docs/swagger-ui-LICENSE.txt">
</head>
<body>
<div id="swagger-ui">A script draws this page. Where none runs, read the document that it shows:
<a href="/api/v1/openapi.json">openapi.json</a>.</div>
<script src="/api/v1/docs/swagger-ui-bundle.js"></script>
<script src="/api/v1/docs/start.js"></script>
</body>
</html>
"""


def dashboard_page(request: func.HttpRequest) -> func.HttpResponse:
    """Answer with the dashboard. Raises NotFound."""
    page = _file(DASHBOARD / "index.html", ALWAYS_ASK)
    return data_answer(request, page, mimetype="text/html", policy=DASHBOARD_POLICY)


def dashboard_file(request: func.HttpRequest, name: str) -> func.HttpResponse:
    """Answer with one of its files. Raises NotFound."""
    return _file_answer(request, DASHBOARD / "assets", name, FOREVER)


def document_answer(request: func.HttpRequest) -> func.HttpResponse:
    """Answer with the OpenAPI document."""
    return data_answer(request, _document())


def docs_page(request: func.HttpRequest) -> func.HttpResponse:
    """Answer with the page that shows the API."""
    page = _prepared(HTML.encode(), AN_HOUR)
    return data_answer(request, page, mimetype="text/html", policy=DOCS_POLICY)


def docs_file(request: func.HttpRequest, name: str) -> func.HttpResponse:
    """Answer with one of its files. Raises NotFound."""
    return _file_answer(request, SWAGGER, name, AN_HOUR)


def text_answer(request: func.HttpRequest, text: str) -> func.HttpResponse:
    """Answer with a plain text."""
    return data_answer(request, _prepared(text.encode(), AN_HOUR), mimetype="text/plain")


@lru_cache(maxsize=1)
def _document() -> Prepared:
    return _prepared(json.dumps(openapi_document()).encode(), AN_HOUR)


def _file_answer(
    request: func.HttpRequest, folder: Path, name: str, kept: str
) -> func.HttpResponse:
    if name not in _names(folder):
        raise NotFound(
            "There is no such file. If the page isn't built yet: `make pages` builds it."
        )
    file = _file(folder / name, kept)
    return data_answer(request, file, mimetype=TYPES[Path(name).suffix])


@lru_cache(maxsize=2)
def _names(folder: Path) -> frozenset[str]:
    """Return the names of the files that may be served."""
    return frozenset(file.name for file in folder.glob("*") if file.suffix in TYPES)


@lru_cache(maxsize=64)
def _file(path: Path, kept: str) -> Prepared:
    try:
        return _prepared(path.read_bytes(), kept)
    except OSError as error:
        raise NotFound("This page isn't built yet: `make pages` builds it.") from error


def _prepared(body: bytes, kept: str) -> Prepared:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"Cache-Control": kept, "ETag": tag, "Vary": "Accept-Encoding"}
    return Prepared(body, tag, headers, GZIP_LEVEL)
