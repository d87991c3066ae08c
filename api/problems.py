"""Errors as HTTP answers: problem documents (RFC 9457) that show nothing of our inside."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import azure.functions as func

from api.answers import NOT_KEPT, SECURITY
from api.models import BadParameter, Conflict, Problem
from api.parameters import NotThere, Refused
from shared.errors import (
    CycleRunning,
    SettingsError,
    StoreError,
    StoreNotProvisioned,
    StoreUnavailable,
)
from shared.logs import event

log = logging.getLogger(__name__)

Endpoint = Callable[..., Awaitable[func.HttpResponse]]

PROBLEM_JSON = "application/problem+json"

# http.HTTPStatus names 422 differently from one Python to the next.
TITLES = {
    404: "Not Found",
    409: "Conflict",
    422: "Unprocessable Content",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@dataclass(frozen=True)
class Fault:
    """What a client is told of an error of ours, and after how many seconds to ask again."""

    status: int
    detail: str
    retry_seconds: int | None = None


# From special to general: the first that fits is taken.
FAULTS: dict[type[Exception], Fault] = {
    StoreUnavailable: Fault(503, "The database doesn't answer.", 5),
    StoreNotProvisioned: Fault(503, "The database isn't set up: the log says what is missing.", 60),
    StoreError: Fault(500, "The database refused: the log says why."),
    SettingsError: Fault(500, "A setting is missing or bad: the log says which."),
    Exception: Fault(500, "Something unexpected happened: the log says what."),
}


def answering(endpoint: Endpoint) -> Endpoint:
    """Have an endpoint's errors answered as problems, those of ours logged, each once."""

    @wraps(endpoint)
    async def answered(req: func.HttpRequest, **outputs: Any) -> func.HttpResponse:
        path = urlsplit(req.url).path
        try:
            return await endpoint(req, **outputs)
        except Refused as error:
            return problem_answer(path, Fault(error.status, str(error)), error.errors)
        except NotThere as error:
            return problem_answer(path, Fault(404, str(error)))
        except CycleRunning as error:
            return conflict_answer(path, error.holder)
        except (StoreError, SettingsError) as error:
            event(log, "request.failed", logging.ERROR, path=path, reason=str(error))
            return problem_answer(path, _fault_of(error))
        except Exception as error:
            log.exception("request.failed path=%s", path)
            return problem_answer(path, _fault_of(error))

    return answered


def problem_answer(
    path: str, fault: Fault, errors: list[BadParameter] | None = None
) -> func.HttpResponse:
    """Answer with a problem document. Never kept."""
    problem = Problem(
        title=TITLES[fault.status],
        status=fault.status,
        detail=fault.detail,
        instance=path,
        errors=errors or [],
    )
    return _answer(problem, retry_seconds=fault.retry_seconds)


def conflict_answer(path: str, cycle: str) -> func.HttpResponse:
    """Answer that this cycle runs, so that another one isn't begun. Never kept."""
    return _answer(
        Conflict(
            title=TITLES[409],
            status=409,
            detail=f"{cycle} is running: ask again when it has ended.",
            instance=path,
            cycle=cycle,
        )
    )


def _answer(problem: Problem, *, retry_seconds: int | None = None) -> func.HttpResponse:
    retry = {"Retry-After": str(retry_seconds)} if retry_seconds else {}
    return func.HttpResponse(
        problem.model_dump_json(),
        status_code=problem.status,
        headers={**SECURITY, **NOT_KEPT, **retry},
        mimetype=PROBLEM_JSON,
    )


def _fault_of(error: Exception) -> Fault:
    return next(fault for kind, fault in FAULTS.items() if isinstance(error, kind))
