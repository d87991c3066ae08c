"""Drops logs and stack traces that stand in a text outside of code: they are nobody's mood."""

import re

# A line of a log says what it is at its beginning. The limit also bounds the time of the pattern.
MAX_CHARACTERS = 300

_LEVEL = r"(?:INFO|WARN|WARNING|ERROR|DEBUG|TRACE|FATAL|CRITICAL|NOTICE|VERBOSE)"
_TIME = r"\d\d:\d\d:\d\d"
_DATE = r"\d{4}[-/.]\d\d[-/.]\d\d"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
# "TypeError: x is undefined", "java.io.IOException", "Caused by: a.b.SomeException: message".
_EXCEPTION = (
    r"(?:(?:Uncaught|Unhandled|Caused by:|Exception in thread \"[^\"]*\")\s)?(?:\([\w ]+\) )?"
    r"(?:[A-Za-z_$][\w$]*\.)*[A-Z][\w$]*(?:Error|Exception|Warning|Interrupt|Exit)"
)
LOG_LINE = re.compile(
    r"\s*(?:"
    + "|".join(
        (
            # Times, levels and programs
            rf"\W{{0,3}}{_DATE}[T _,]{{1,2}}{_TIME}",
            rf"\W{{0,3}}{_TIME}(?:[.,]\d+|\]|\s+\W*{_LEVEL}\b)",
            rf"\W{{0,2}}{_MONTH}\s+\d{{1,2}} {_TIME} ",
            rf"\W{{0,2}}\d\d/{_MONTH}/\d{{4}}:{_TIME}",
            rf"\[\s*{_LEVEL}\s*\]",
            rf"{_LEVEL}(?::[\w.]+:|\s+\[|\s{{2,}}|\s*\|)",
            r"(?:npm|gyp|pnpm|yarn) (?:ERR!|(?:error|warn|WARN|info|verb)\b)",
            r"(?:API )?Error: \d{3}\b",
            # Shells and data
            r"\$ (?=[a-z./~])",
            r"[\w.-]+@[\w.-]+:[^\s$#]*[$#] ",
            r"(?:PS )?[A-Z]:\\[^>\n]*>",
            r"\"[\w$.-]+\"\s*:",
            r"[{}\[\](),;]+\s*$",
            r"diff --git |index [0-9a-f]{7,}\.\.|@@ -\d",
            # Traces of Python, JavaScript, Java, C#, Go, Rust and C
            r"Traceback \(most recent call last\):",
            r"File \"[^\"]+\", line \d+",
            r"During handling of the above exception|The above exception was the direct cause",
            rf"{_EXCEPTION}(?::|\s*$)",
            r"at (?:async |new )?[^\n(]{1,200}\([^()\n]*:\d+\)\s*$",
            r"at [^\n(]{1,200}\((?:native|<anonymous>|Native Method|Unknown Source)\)\s*$",
            r"at [^\n(]{1,200}\(index \d+\)\s*$",
            r"at (?:async )?[^\s()]*[/\\.][^\s()]*:\d+(?::\d+)?\)?\s*$",
            r"at [\w$.`<>\[\]+/]*\.[\w$`<>\[\]]+\([^()\n]*\)\s*$",
            r"at .{1,150} in .{1,100}:line \d+",
            r"\.\.\. \d+ (?:more|common frames omitted)",
            r"goroutine \d+ \[",
            r"panic: (?=runtime error|\w+: )",
            r"(?:[A-Z]:)?[/\\]\S+\.\w{1,4}:\d+(?::\d+)? \+0x",
            r"created by [\w./]+(?: in goroutine \d+)?\s*$",
            r"[\w./*()]+\((?:\.\.\.|(?:\{?0x[0-9a-f]+[?}]*(?:, )?(?:\.\.\.)?)+)\)\s*$",
            r"exit status \d+\s*$",
            r"thread '[^'\n]*'(?: \(\d+\))? panicked at",
            r"note: run with `?RUST_BACKTRACE",
            r"stack backtrace:\s*$",
            r"\d+: +(?:0x[0-9a-f]+ - )?<?\w[\w<> ]*::\S",
            r"--> \S+:\d+:\d+",
            r"error\[E\d+\]:",
            r"#\d+\s+0x[0-9a-f]+",
            r"\d+\s+\S+\s+0x[0-9a-f]{8,}",
            r"0x[0-9a-f]{6,}\b",
        )
    )
    + r")"
)
MESSAGE = re.compile(r"\s*(?:[A-Z]\w*)?Error: ")
FRAME = re.compile(r"\s*at \S.*[:.(]")
PYTHON_TRACE = re.compile(r"\s*Traceback \(most recent call last\):")
PYTHON_FRAME = re.compile(r"\s*File \"[^\"]+\", line \d+")
PYTHON_END = re.compile(r"[\w.]+(?::|\s*$)")
# Some of them must be in a text that has a line of a log.
HINTS = (":", "{", "}", "[", "0x", "$", "...", "panic", "error", "exception", "exit", "diff ")


def without_logs(text: str) -> str:
    """Return the text without lines of logs and stack traces."""
    lines = text.split("\n")
    kept: list[str] = []
    in_trace = after_frame = False
    for number, line in enumerate(lines):
        start = line[:MAX_CHARACTERS]
        if not start.strip():
            in_trace = after_frame = False
            kept.append(line)
        elif LOG_LINE.match(start):
            in_trace = in_trace or bool(PYTHON_TRACE.match(start))
            after_frame = bool(PYTHON_FRAME.match(start))
        elif after_frame or (in_trace and start[0].isspace()):
            # The code of a frame.
            after_frame = False
        elif _ends_trace(lines, number, in_python=in_trace):
            in_trace = False
        else:
            in_trace = False
            kept.append(line)
    return "\n".join(kept)


def _ends_trace(lines: list[str], number: int, *, in_python: bool) -> bool:
    """Return whether a line is the message of a trace: Python's last one, JavaScript's first."""
    line = lines[number][:MAX_CHARACTERS]
    if in_python:
        return bool(PYTHON_END.match(line))
    following = lines[number + 1][:MAX_CHARACTERS] if number + 1 < len(lines) else ""
    return bool(MESSAGE.match(line) and FRAME.match(following))
