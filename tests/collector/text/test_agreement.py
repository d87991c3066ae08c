import re

import pytest

from collector.text.agreement import agreement_in
from collector.text.cleaning import clean
from shared.text.forms.reddit import REDDIT

SHARES = """
same | Same here! | saaame | SAME | Same lol | Ugh, same. | me too | mee too | me neither | us too
same issue | Having the same problem | I have the same issue on macOS 15 | the exact same thing here
+1 | +1, went back to 1.2 | +1 went back to 1.2 | Same here, had to roll back | same, cancelled too
can confirm | Confirmed on Windows 11 as well. | It\u2019s happening to me as well
also having this issue | happening here too | Seeing this too, version 3.1 | not just you
Glad I'm not the only one | Yes, same. Since Monday. | Same here 😭 | 🙋‍♂️ | same :( | here too
Mine too, M2 Air, 16 GB | Same on my end since the last update | neither can I | +1 on this
doesn't work for me either
"""
ENDORSES = """
this | This. | THIS!!! | ^ this | ^ | So much this. | This right here | 👆 | 👆🏽 | 💯 agreed | fr
agreed | Agreed 100% | I completely agree with you | Couldn't agree more | exactly | Exactly this!
yep, exactly this | My thoughts exactly | Came here to say this | I second that | ditto | so true
That's true | You're right. | well said | spot on | Hahaha yes, exactly! | bruh, this
"""
YES = "yes | Yep. | yeah | Yup! | indeed | absolutely | 100%"
# What disagrees, names something, asks, doubts, or goes on.
OTHERS = """
not this | this is wrong | same, but I like it now | same here until yesterday | same here, love it
+1 year ago they said so | +1 year | +1 for Zed | +1, thanks | +1 (but slowly) | same with Copilot
Same in Zed | same price as a gym | same plan, no problems | Same version, works fine | same day
can't confirm | I can confirm that it works | Confirmed by the CEO | confirmed fixed | not for me
Agreed. And the support is worse. | agree to disagree | I agree with the first half | I don't agree
Exactly why I left | exactly the opposite | this setting helped | This? | same? | me too?? which one
Me too, not | me too and I love it | this, and Zed for the small stuff | Totally staged | yeah right
yeah, no | Yeah... | yes please | yes, yesterday | works for me too | 100% of mine are fine | right
true a year ago, not any more | Came here to say you can set a budget | second line of the output
"this" | thanks! | lol | 😂 | 👍 | hmm | bump | following | went back to 1.2 | since yesterday
here | on Windows 11 | for me | this: | same: see below | Pm me too please | that too | 🙃 same
"""


def each_of(lines: str) -> list[str]:
    return [text.strip() for text in re.split(r"[|\n]", lines) if text.strip()]


@pytest.mark.parametrize(
    ("lines", "agreement"), [(SHARES, "shares"), (ENDORSES, "endorses"), (YES, "yes")]
)
def test_replies_that_only_agree_are_found_with_how_they_do(lines: str, agreement: str) -> None:
    others = {
        text: found
        for text in each_of(lines)
        if (found := agreement_in(clean(text, REDDIT))) != agreement
    }
    assert others == {}


def test_whatever_may_say_something_else_is_none() -> None:
    assert [text for text in each_of(OTHERS) if agreement_in(clean(text, REDDIT))] == []


def test_any_further_word_makes_it_a_text_of_its_own() -> None:
    further = ("but", "not", "unlike", "great", "terrible", "Cursor", "fixed", "why", "until")
    longer = [
        text
        for reply in each_of(SHARES + ENDORSES + YES)
        for word in further
        for text in (f"{reply} {word}", f"{word}, {reply}")
    ]
    kept = [text for text in longer if agreement_in(clean(text, REDDIT))]
    assert kept == []


def test_a_long_text_of_agreeing_words_is_a_text_of_its_own() -> None:
    assert agreement_in("same here " * 14)
    assert agreement_in("same here " * 15) is None
    assert agreement_in("") is None
