"""The share of voice of subjects."""

from api.deps import Deps
from api.schema.sentiment import TimeWindow
from api.schema.subject_parameters import VoiceParameters
from api.schema.subjects import ShareOfVoice
from shared.times import Window, iso


async def read_voice(deps: Deps, parameters: VoiceParameters) -> ShareOfVoice:
    """Return the share of voice of a set of subjects. Raises NotFound and StoreError."""
    window = Window.of_hours(parameters.hours, deps.clock())
    before = window.before()
    return ShareOfVoice(
        subjects=[],
        others=None,
        base=0,
        previous_base=0,
        set=[],
        home=parameters.home,
        community=None,
        left_out_communities=[],
        compared_hours=0,
        mixed_methods=False,
        rematching=False,
        time_window_hours=parameters.hours,
        window=TimeWindow(start=iso(window.start), end=iso(window.end)),
        previous_window=TimeWindow(start=iso(before.start), end=iso(window.start)),
        origin=deps.settings.origin,
        timestamp=iso(window.end),
    )
