"""The words that decide a label: those whose pieces add most to its logit.

The heads are linear over the mean of all pieces, so what each piece adds is known exactly. A piece
stands for its word as the encoder understands it among the others.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from collector.sentiment.encoder.pieces import Read
from shared.text.english import words_of

MOST = 5
"""The most words."""
SHARE = 0.5
"""A word counts that adds at least this share of what the first one adds."""
OF_LEAD = 0.04
"""A word counts that makes up this share of the label's lead: in a long text few words do."""
SILENT = words_of(
    "a an the and or of to in on at for from with by as is are was were be been am it its "
    "this that these those i you we they he she my your our their his her me us them so"
)
"""Words that tell nothing alone, whatever the encoder rests on them."""
SIGNS = re.compile(r"[!-/:-@[-`{-~]+")
WORD = re.compile(r"[^\W_](?:[\w'+#.-]*[\w+#])?|[^\w\s]")


def deciding(read: Read, parts: Sequence[float], lead: float) -> tuple[str, ...]:
    """Return the words that decide, in their order in the text, each once.

    parts are what each piece adds to the label's lead: its logit beyond the others' mean.
    """
    words = [found.span() for found in WORD.finditer(read.text)]
    added: dict[int, float] = defaultdict(float)
    place = 0
    for number, (start, stop) in enumerate(read.offsets):
        if start == stop or read.start <= number < read.stop:
            continue
        # Of a long text the middle is left out, but pieces stay in order.
        while place < len(words) and words[place][1] <= start:
            place += 1
        if place < len(words):
            added[place] += parts[number]
    spelled = {place: read.text[slice(*words[place])] for place in added}
    telling = {
        place: part
        for place, part in added.items()
        if part > 0 and spelled[place].lower() not in SILENT and not SIGNS.fullmatch(spelled[place])
    }
    if not telling:
        return ()
    least = max(SHARE * max(telling.values()), OF_LEAD * lead)
    best = sorted(telling, key=lambda place: -telling[place])[:MOST]
    chosen = sorted(place for place in best if telling[place] >= least)
    return tuple(dict.fromkeys(spelled[place] for place in chosen))
