"""One way to write a text, before anything reads its words: sentiment, trends and search.

Phones, editors and other keyboards write one apostrophe, quote, dash or blank in many ways, and put
signs between letters that are not seen. A reader that knows one way misses the others.
"""

import html
import re
import unicodedata

# Unicode has no property for "stands for an apostrophe": these are what people type for one.
_APOSTROPHES = (
    "\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8"
    "\u02ca\u02cb\u055a\u05f3\ua78b\ua78c\uff07\uff40\u275b\u275c\u07f4\u1fbd\u1fbf\u1fef\u1ffd\u1ffe"
)
_QUOTES = (
    "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u2034\u2036\u2037\u2057\u02ba\u02dd\u02ee\u05f4\u275d\u275e\u2e42"
    "\u300a\u300b\u3008\u3009\u300c\u300d\u300e\u300f\u301d\u301e\u301f\uff02\uff62\uff63\U0001f676"
    "\U0001f677\U0001f678"
)
_HYPHENS = "\u2010\u2011\u2043\u2212\u207b\u02d7\ufe63\uff0d"
_DASHES = "\u2012\u2013\u2014\u2015\u2e3a\u2e3b\ufe58\ufe31\ufe32\u301c\u2053"
_BLANKS = "\u2028\u2029\u0085\u180e\u115f\u1160\u2800\u3164\uffa0"
# They stand beside words as marks of their own, and no reader of words knows them.
_MARKS = (
    "\u2022\u2023\u25e6\u25aa\u25ab\u25cf\u25cb\u25a0\u25a1\u2219\u22c5\u30fb\uff65\u00b7\u00b6\u00a7"
    "\u00a1\u00bf\u2020\u2021\u2122\u2120\u00ae\u00a9"
)
# Default-ignorable characters, and what only chooses between two pictures of one sign.
_INVISIBLE_RANGES = (
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x17B4, 0x17B5), (0x180B, 0x180D)),
    *((0x200B, 0x200C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0x1BCA0, 0x1BCA3), (0xE0100, 0xE01EF)),
)
_TABLE = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys(_QUOTES, '"'),
        **dict.fromkeys(_HYPHENS, "-"),
        **dict.fromkeys(_DASHES, "\u2014"),
        **dict.fromkeys(_BLANKS + _MARKS, " "),
        **dict.fromkeys(
            chr(each) for first, last in _INVISIBLE_RANGES for each in range(first, last + 1)
        ),
        "\uff01": "! ",
        "\uff1f": "? ",
        "\uff0c": ", ",
        "\u3001": ", ",
        "\u3002": ". ",
        "\u2044": "/",
        "\u00bd": ".5",
        "\u00bc": ".25",
        "\u00be": ".75",
    }
)
_EMOTICON_DASH = re.compile(r"(?<=[:;=])\u2014(?=[()\[\]dpo/\\|])", re.IGNORECASE)
_RANGE_DASH = re.compile(r"(?<=\d)\u2014(?=\d)")
_DASH = re.compile(r"[ \t]*\u2014[\u2014 \t]*")
# U+200D joins emoji into one; beside anything else it is not seen.
_EMOJI = "\u2190-\u21ff\u2300-\u27bf\u2900-\u2bff\U0001f000-\U0001faff"
_LONE_JOINER = re.compile(rf"(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
# Some senders escape what they were sent escaped.
_MAX_ESCAPES = 3
_ACCENTS = re.compile("[\u0300-\u036f]+")
# Letters with a stroke or two in one, which Unicode does not take apart.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}  # noqa: RUF001 - a letter of Turkish
)


def normalised(text: str) -> str:
    """Return the text in one spelling: NFKC, ASCII quotes and hyphens, nothing that is not seen.

    A dash stands between blanks, or is a hyphen in a range of numbers. Emoji of several characters
    stay one. Case, line ends and markdown stay.
    """
    if text.isascii():
        return text
    text = text.translate(_TABLE)
    if "\u200d" in text:
        text = _LONE_JOINER.sub("", text)
    if "\u2014" in text:
        text = _DASH.sub(" - ", _RANGE_DASH.sub("-", _EMOTICON_DASH.sub("-", text)))
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def unescaped(text: str) -> str:
    """Return the text with its HTML entities decoded, also those that were escaped again."""
    for _ in range(_MAX_ESCAPES):
        if "&" not in text:
            break
        before, text = text, _ENTITY.sub(lambda found: html.unescape(found[0]), text)
        if text == before:
            break
    return text


def folded(text: str) -> str:
    """Return the text as it is compared: normalised, without case and without diacritics."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", normalised(text).casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart)).translate(_PLAIN_LETTERS)
