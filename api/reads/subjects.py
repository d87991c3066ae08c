"""The subjects of the watchlist, with their figures."""

from api.deps import Deps
from api.errors import NotFound
from api.schema.sentiment import TimeWindow
from api.schema.subject_parameters import SubjectParameters, SubjectsParameters
from api.schema.subjects import SubjectCard, SubjectsAnswer
from shared.times import Window, iso


async def read_subjects(deps: Deps, parameters: SubjectsParameters) -> SubjectsAnswer:
    """Return the subjects of the watchlist. Raises StoreError."""
    window = Window.of_hours(parameters.hours, deps.clock())
    before = window.before()
    return SubjectsAnswer(
        subjects=[],
        time_window_hours=parameters.hours,
        window=TimeWindow(start=iso(window.start), end=iso(window.end)),
        previous_window=TimeWindow(start=iso(before.start), end=iso(window.start)),
        set=[],
        base=0,
        granularity="hour",
        gaps=[],
        mixed_methods=False,
        rematching=False,
        origin=deps.settings.origin,
        timestamp=iso(window.end),
    )


async def read_subject(deps: Deps, parameters: SubjectParameters) -> SubjectCard:
    """Return a subject. Raises NotFound and StoreError."""
    del deps
    raise NotFound(f"{parameters.id!r} is no subject of the watchlist.")
