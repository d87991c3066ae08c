"""Lists the packages inside Swagger UI's bundle, which its maker ships as built files.

No lock names these packages. The maker's own lists beside the bundle do, without versions. A
version is stated only if the built code contains it; otherwise it is marked as unknown.
"""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

BUNDLE = "swagger-ui-dist"
# The maker's list of what webpack put into the bundle: "ramda: 367.12 KB (4.67%)".
LIST = "log.bundle-sizes.swagger-ui.txt"
LISTED = re.compile(r"^((?:@[\w.-]+/)?[\w.-]+): \d", re.MULTILINE)
# The style sheet's map lists its sources. The script's map is of another build.
STYLE_MAP, SOURCE = "swagger-ui.css.map", re.compile(r"node_modules/((?:@[^/]+/)?[^/]+)/")
# Patterns by which built code states its own version.
SCRIPT_VERSIONS = {
    "autolinker": r'\bAutolinker\.version="([\d.]+)"',
    "core-js-pure": r'"__core-js_shared__".{0,120}?version:"([\d.]+)"',
    "dompurify": r'\bDOMPurify\.version="([\d.]+)"',
    "react-dom": r'version:"([\d.]+)",rendererPackageName:"react-dom"',
    "short-unique-id": r'this\.dict=\[\],this\.version="([\d.]+)"',
}
STYLE_VERSIONS = {"normalize.css": r"normalize\.css v([\d.]+)"}
# What each package declares in npm's registry, by licence.
LICENCES: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("bundled_licences.json").read_text()
)
LICENCE_OF = {name: licence for licence, names in LICENCES.items() for name in names}
UNKNOWN = f"unknown: {BUNDLE} names the package, and no version"
STATED = "as the bundled code states it"
Json = dict[str, Any]


def bundled_components(folder: Path, bundle_version: str) -> list[Json]:
    """Return the packages inside the built files of a folder, as components without licences.

    Raises FileNotFoundError where swagger-ui-dist isn't installed.
    """
    script = (folder / "swagger-ui-bundle.js").read_text(encoding="utf-8")
    style = (folder / "swagger-ui.css").read_text(encoding="utf-8")
    versions = _versions(script, SCRIPT_VERSIONS) | _versions(style, STYLE_VERSIONS)
    sources = json.loads((folder / STYLE_MAP).read_text(encoding="utf-8"))["sources"]
    names = {
        *LISTED.findall((folder / LIST).read_text(encoding="utf-8")),
        *(found[1] for each in sources if (found := SOURCE.search(each))),
        *versions,
    }
    return [_component(name, versions.get(name), bundle_version) for name in sorted(names)]


def _versions(text: str, patterns: dict[str, str]) -> dict[str, str]:
    found = {name: re.search(pattern, text) for name, pattern in patterns.items()}
    return {name: match[1] for name, match in found.items() if match}


def _component(name: str, version: str | None, bundle_version: str) -> Json:
    scope, _, base = name.rpartition("/")
    purl = f"pkg:npm/{quote(name, safe='/')}" + (f"@{version}" if version else "")
    return {
        # Prefixed, because the same package may also ship by itself.
        "bom-ref": f"{BUNDLE}:{purl}",
        "type": "library",
        **({"group": scope} if scope else {}),
        "name": base,
        **({"version": version} if version else {}),
        "purl": purl,
        "properties": [
            {"name": "undertone:bundled_in", "value": f"{BUNDLE} {bundle_version}"},
            {"name": "undertone:version", "value": STATED if version else UNKNOWN},
        ],
    }
