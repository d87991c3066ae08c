"""Reads what a digest that is sent says: function_app hands it to the collector's job."""

from api.deps import Deps
from api.errors import BadParameters, RequestError
from api.export.digest_content import digest_content
from api.reads.digest.answer import read_digest
from api.reads.process import process_health
from api.schema.digest import DigestParameters
from shared.errors import PermanentFailure
from shared.models import DigestContent, DigestIssue, ScheduledDigest
from shared.settings import Settings, dashboard_address
from shared.store import Store
from shared.times import Clock


async def read_content(
    store: Store,
    settings: Settings,
    digest: ScheduledDigest,
    issue: DigestIssue,
    clock: Clock,
) -> DigestContent:
    """Return what an issue says: the digest of its period, as GET /api/v1/digest has it.

    Raises PermanentFailure where its subjects aren't watched any more, or its data isn't kept, and
    StoreError.
    """

    async def opened() -> Store:
        return store

    subjects = digest["subjects"]
    parameters = DigestParameters(
        period=issue["every"],
        end=issue["period_end"],
        time_zone=digest["time_zone"],
        subjects=None if subjects is None else tuple(subjects),
    )
    try:
        found = await read_digest(Deps(settings, opened, clock, process_health), parameters)
    except BadParameters as error:
        raise PermanentFailure("; ".join(each.detail for each in error.errors)) from None
    except RequestError as error:
        raise PermanentFailure(str(error)) from None
    return digest_content(found, dashboard_address(settings), digest["name"])
