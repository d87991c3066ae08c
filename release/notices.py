"""Writes the notices of the third-party packages in a deployment, with the text of each licence."""

from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

NOTICES = "THIRD_PARTY_NOTICES.txt"
RULE = "-" * 100
# The files of a wheel that its licence is in, by the beginnings of their names.
NAMED = ("LICENSE", "LICENCE", "NOTICE", "COPYING", "AUTHORS", "THIRD")
# The text for packages that declare this licence and bring none.
APACHE = Path("collector/sentiment/encoder/LICENSE-MiniLM.txt")
DECLARES_APACHE = ("Apache-2.0", "Apache 2.0", "Apache Software License")
HEAD = f"""Undertone is under the licence in LICENSE. It brings the work of others, under these:

- the packages of Python below
- the scripts, the styles and the font of the page: api/static/page/assets/licences-*.txt
- Swagger UI: api/static/swagger/*LICENSE.txt and swagger-ui-NOTICE.txt
- the weights of sentiment and what they are derived from: collector/sentiment/NOTICE.txt
{RULE}
"""


class NoticeError(ValueError):
    """A package has no licence text, and none is known; the message names the package."""


def notices_of(packages: Path, root: Path) -> str:
    """Return the notices of all packages in a folder, in the order of their names.

    `root` is the repository, which has the text of Apache's licence. Raises NoticeError.
    """
    found = sorted(distributions(path=[str(packages)]), key=lambda each: each.name.lower())
    apache = (root / APACHE).read_text(encoding="utf-8")
    return HEAD + "".join(f"{_notice(each, apache)}{RULE}\n" for each in found)


def _notice(package: Distribution, apache: str) -> str:
    texts = list(_texts(package))
    declared = _declared(package)
    if not texts:
        if not any(name in declared for name in DECLARES_APACHE):
            raise NoticeError(f"{package.name} brings no licence text, and declares: {declared}")
        texts = [apache]
    body = "\n".join(f"{text.strip()}\n" for text in texts)
    return f"{package.name} {package.version}\nlicence: {declared}\n\n{body}"


def _texts(package: Distribution) -> Iterator[str]:
    """Yield the texts of the licence files of a wheel, each once."""
    seen: set[str] = set()
    for file in sorted(package.files or (), key=str):
        if file.suffix not in {".py", ".pyc"} and file.name.upper().startswith(NAMED):
            text = Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")
            if text not in seen:
                seen.add(text)
                yield text


def _declared(package: Distribution) -> str:
    """Return the licence that a package declares, in its own words."""
    fields = package.metadata
    named = [*fields.get_all("License-Expression", []), *fields.get_all("License", [])]
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in fields.get_all("Classifier", [])
        if each.startswith("License ::")
    ]
    # Some packages put the whole text into the field.
    first = next((each.strip().partition("\n")[0] for each in named if each.strip()), "")
    return first or ", ".join(classifiers) or "none declared"
