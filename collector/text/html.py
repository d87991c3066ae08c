"""Turns HTML, as Hacker News and forums give it, into Markdown.

No library: those that walk a tree of the page fail at its depth (1,000 open tags are enough), and
the parser of Python 3.11 takes quadratic time for some broken pages. Here a page is read once, from
the beginning to the end, and what is open is a short stack.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

# The rest of a longer page is ignored, to bound the time and the memory.
MAX_CHARACTERS = 200_000
# Tags inside so many open ones are ignored; their words are kept.
MAX_DEPTH = 30

# No part can contain "<", so each search ends at the next one: linear for any page.
TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-z][a-z0-9-]{0,30})(?![\w-])"
    r"(?P<attributes>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+|[^<>]*+)>"
    r"|<(?P<other>!--|[!?])",
    re.IGNORECASE,
)
ATTRIBUTE = re.compile(
    r"([a-z][\w:-]{0,40})\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))", re.IGNORECASE
)
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]\w{1,30});", re.IGNORECASE)
SPACES = re.compile(r"\s+")
AROUND_BREAK = re.compile(r" *\n *")
BACKTICKS = re.compile(r"`+")
LANGUAGE = re.compile(r"\b(?:lang|language)-([\w+#.-]{1,30})")
TO_ENCODE = str.maketrans({"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", " ": "%20"})


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Their content is no text of the author.
HIDDEN = _names(
    "script style svg noscript template head title iframe object select textarea button audio "
    "video canvas math"
)
# The same for a div of the class that Discourse gives a picture's caption and a poll's count. The
# head of a quote has its class "title" only there.
HIDDEN_CLASSES = _names("meta poll-info poll-buttons quote-controls")
HEAD_OF_QUOTE = "title"
DECORATIONS = _names("site-icon avatar")
UNREAD_TO_THE_END = _names("script style")
EMPHASIS = {"i": "*", "em": "*", "b": "**", "strong": "**", "s": "~~", "del": "~~", "strike": "~~"}
INLINE = frozenset((*EMPHASIS, "a"))
HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
FRAMES = (
    _names("blockquote pre code ul ol li table tr td th summary aside")
    | INLINE
    | HIDDEN
    | frozenset(HEADINGS)
)
# Each closes what is open of the second, inside the nearest of the third.
CLOSED_BY = {
    "li": (("li",), ("ul", "ol")),
    "td": (("td", "th"), ("tr", "table")),
    "th": (("td", "th"), ("tr", "table")),
    "tr": (("tr",), ("table",)),
}
BLOCKS = frozenset(HEADINGS) | _names(
    "p div pre ul ol li table tr td th section article aside header footer details summary dl dt "
    "dd figure figcaption hr form main nav thead tbody center blockquote"
)


@dataclass(slots=True)
class _Frame:
    """An open element so far: finished blocks, and the line that is being written."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False
    # Elements of the same name inside, which have no frame.
    inner: int = 0
    # The address of an embedded page; a code block's language.
    note: str = ""
    blocks: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)

    def end_line(self) -> None:
        """Make a block of the line."""
        words = _flat(self.line)
        self.line.clear()
        if words:
            self.blocks.append(words)


def to_markdown(html: str) -> str:
    """Return HTML as Markdown, with its entities decoded.

    Code blocks are fenced, quotes begin with ">", links, lists, tables and pictures stay, emoji are
    written as their names, and an embedded page as its address. Any text is accepted: broken HTML
    is read as far as it goes, and a "<" without a tag is a sign like another.
    """
    page = html[:MAX_CHARACTERS].replace("\0", "")
    writer = _Writer()
    position = 0
    while found := TAG.search(page, position):
        writer.add_text(page[position : found.start()])
        if found["other"]:
            position = _end_of_comment(page, found)
            continue
        position = found.end()
        name = found["name"].lower()
        if found["end"]:
            writer.end(name)
            continue
        writer.begin(name, found["attributes"])
        if name in UNREAD_TO_THE_END:
            position = _end_of_raw(page, position, name)
    writer.add_text(page[position:])
    return writer.finish()


def _end_of_comment(page: str, found: re.Match[str]) -> int:
    mark = "-->" if found["other"] == "!--" else ">"
    end = page.find(mark, found.end())
    return len(page) if end < 0 else end + len(mark)


def _end_of_raw(page: str, start: int, name: str) -> int:
    end = re.compile(rf"</{name}", re.IGNORECASE).search(page, start)
    return end.start() if end else len(page)


class _Writer:
    """Writes Markdown while elements begin and end."""

    def __init__(self) -> None:
        self._open = [_Frame("")]

    def add_text(self, text: str) -> None:
        top = self._open[-1]
        if not text or top.hidden:
            return
        text = _decoded(text)
        top.line.append(text if top.name in ("pre", "code") else SPACES.sub(" ", text))

    def begin(self, name: str, written: str) -> None:
        top = self._open[-1]
        if top.hidden or top.name in ("pre", "code"):
            self._begin_inside(top, name, written)
            return
        attributes = _attributes(written)
        classes = frozenset(attributes.get("class", "").lower().split())
        if name in BLOCKS:
            self._break(name)
        if name == "br":
            top.line.append("\n")
        elif name == "hr":
            self._open[-1].blocks.append("---")
        elif name == "img":
            top.line.append(_picture(attributes, classes))
        else:
            self._push(name, attributes, classes)

    def end(self, name: str) -> None:
        top = self._open[-1]
        if top.hidden or top.name in ("pre", "code"):
            if name != top.name:
                return
        elif name in BLOCKS and name not in FRAMES:
            self._break(name)
        index = self._nearest(name)
        if not index:
            return
        if self._open[index].inner:
            self._open[index].inner -= 1
            return
        while len(self._open) > index:
            self._close()

    def finish(self) -> str:
        while len(self._open) > 1:
            self._close()
        last = self._open[0]
        last.end_line()
        return "\n\n".join(last.blocks)[:MAX_CHARACTERS]

    def _begin_inside(self, top: _Frame, name: str, written: str) -> None:
        """Note what begins inside of code or of hidden content."""
        if name == top.name:
            top.inner += 1
        elif name == "br":
            top.line.append("\n")
        elif name == "code" and top.name == "pre":
            language = LANGUAGE.search(_attributes(written).get("class", ""))
            top.note = language[1] if language and language[1] not in ("auto", "plaintext") else ""
        elif name == "a" and not top.note:
            top.note = _address(_attributes(written).get("href", "")) if top.hidden else ""

    def _push(self, name: str, attributes: Mapping[str, str], classes: frozenset[str]) -> None:
        embedded = name == "aside" and "onebox" in classes
        poll = name == "div" and "poll" in classes
        hidden = name in HIDDEN or embedded or (name == "div" and self._is_hidden(classes))
        if not (hidden or poll or name in FRAMES) or len(self._open) >= MAX_DEPTH:
            if index := self._nearest(name):
                self._open[index].inner += 1
            return
        frame = _Frame(name, attributes, hidden)
        if embedded:
            frame.note = _address(attributes.get("data-onebox-src", ""))
        if poll:
            frame.note = "poll"
        self._open.append(frame)

    def _is_hidden(self, classes: frozenset[str]) -> bool:
        head = HEAD_OF_QUOTE in classes and self._open[-1].name == "aside"
        return head or not HIDDEN_CLASSES.isdisjoint(classes)

    def _nearest(self, name: str) -> int:
        """Return the place of the innermost open element of this name; 0 if there is none."""
        for index in range(len(self._open) - 1, 0, -1):
            if self._open[index].name == name:
                return index
        return 0

    def _break(self, name: str) -> None:
        """End the line before a block, with the inline elements and items that it closes."""
        while self._open[-1].name in INLINE:
            self._close()
        closes, inside = CLOSED_BY.get(name, ((), ()))
        for index in range(len(self._open) - 1, 0, -1):
            if self._open[index].name in inside:
                break
            if self._open[index].name in closes:
                while len(self._open) > index:
                    self._close()
                break
        self._open[-1].end_line()

    def _close(self) -> None:
        """Write the innermost open element into the one around it."""
        frame = self._open.pop()
        around = self._open[-1]
        if frame.name in INLINE and not frame.hidden:
            around.line.append(_inline(frame))
        elif frame.name == "code" and not frame.hidden:
            around.line.append(_code("".join(frame.line)))
        else:
            block = _block(frame, around)
            if frame.name in BLOCKS or block:
                around.end_line()
            if block:
                around.blocks.append(block)


def _block(frame: _Frame, around: _Frame) -> str:
    if frame.hidden:
        return frame.note if frame.name == "aside" else ""
    if frame.name == "pre":
        return _fenced("".join(frame.line), frame.note)
    frame.end_line()
    return _block_of(frame.name, frame, around) if frame.blocks else ""


def _block_of(name: str, frame: _Frame, around: _Frame) -> str:
    blocks = frame.blocks
    if name in HEADINGS or name == "summary":
        words = " ".join(" ".join(blocks).split())
        written = f"{HEADINGS[name]} {words}" if name in HEADINGS else f"**{words}**"
    elif name == "li":
        written = _item("\n".join(blocks), around)
    elif name in ("td", "th"):
        written = " ".join(" ".join(blocks).replace("|", "/").split())
    elif name == "tr":
        written = _row(blocks, around)
    elif name in ("ul", "ol", "table"):
        written = "\n".join(blocks)
    elif name == "blockquote":
        lines = "\n\n".join(blocks).split("\n")
        written = "\n".join(f"> {line}".rstrip() for line in lines)
    else:
        written = "\n\n".join(blocks)
    return f"[poll]\n{written}\n[/poll]" if frame.note == "poll" else written


def _row(cells: list[str], around: _Frame) -> str:
    row = f"| {' | '.join(cells)} |"
    is_first = around.name == "table" and not around.blocks
    return f"{row}\n|{' --- |' * len(cells)}" if is_first else row


def _item(text: str, around: _Frame) -> str:
    mark = f"{len(around.blocks) + 1}. " if around.name == "ol" else "- "
    return mark + text.replace("\n", "\n" + " " * len(mark))


def _inline(frame: _Frame) -> str:
    text = "".join(frame.line)
    words = _flat([text])
    if not words:
        return text
    written = _link(words, frame.attributes) if frame.name == "a" else _stressed(words, frame.name)
    before = " " if text[0].isspace() else ""
    after = " " if text[-1].isspace() else ""
    return f"{before}{written}{after}"


def _stressed(words: str, name: str) -> str:
    mark = EMPHASIS[name]
    return f"{mark}{words}{mark}"


def _link(words: str, attributes: Mapping[str, str]) -> str:
    """Return a link; the whole address where the words are its beginning."""
    address = _address(attributes.get("href", ""))
    if not address or words.startswith(("@", "![")):
        return words
    start = words.removesuffix("...").removesuffix("\u2026")
    if start and attributes["href"].removeprefix("https://").removeprefix("http://").startswith(
        start.removeprefix("https://").removeprefix("http://")
    ):
        return address
    return f"[{words}]({address})"


def _picture(attributes: Mapping[str, str], classes: frozenset[str]) -> str:
    words = _flat([attributes.get("alt") or attributes.get("title") or ""])
    if "emoji" in classes:
        return words
    if not DECORATIONS.isdisjoint(classes):
        return ""
    address = _address(attributes.get("src", ""))
    return f"![{words.replace('[', '(').replace(']', ')')}]({address})" if address else ""


def _address(written: str) -> str:
    """Return an address of the web or of mail, as it can stand in a link; "" for another one."""
    address = written.strip()
    if address.startswith("//"):
        address = f"https:{address}"
    is_known = address.lower().startswith(("http://", "https://", "mailto:"))
    return SPACES.sub("%20", address).translate(TO_ENCODE) if is_known else ""


def _code(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        return ""
    ticks = "`" * (_longest_ticks(words) + 1)
    pad = " " if words.startswith("`") or words.endswith("`") else ""
    return f"{ticks}{pad}{words}{pad}{ticks}"


def _fenced(text: str, language: str) -> str:
    code = text.strip("\n").rstrip()
    if not code.strip():
        return ""
    fence = "`" * max(3, _longest_ticks(code) + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def _longest_ticks(text: str) -> int:
    return max(map(len, BACKTICKS.findall(text)), default=0)


def _flat(pieces: list[str]) -> str:
    """Return the pieces as one text, with single blanks and the line breaks that were meant."""
    text = AROUND_BREAK.sub("\n", "".join(pieces)).strip()
    return " ".join(filter(None, text.split(" "))) if "  " in text else text


def _attributes(written: str) -> dict[str, str]:
    found = ATTRIBUTE.findall(written)
    return {name.lower(): _decoded(one or two or three) for name, one, two, three in found}


def _decoded(text: str) -> str:
    return ENTITY.sub(lambda found: unescape(found[0]), text) if "&" in text else text
