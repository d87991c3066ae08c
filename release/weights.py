"""Lists the weights of sentiment in the package, and what they are derived from, with licences."""

import hashlib
import json
from pathlib import Path
from typing import Any

FOLDER = Path("collector/sentiment")
Json = dict[str, Any]
CC_BY: list[Json] = [{"license": {"id": "CC-BY-4.0"}}]
GOEMOTIONS: Json = {
    "type": "data",
    "bom-ref": "weights:goemotions",
    "name": "GoEmotions",
    "description": "Demszky, Movshovitz-Attias, Ko, Cowen, Nemade and Ravi, ACL 2020; Google",
    "licenses": CC_BY,
}
MINI_LM: Json = {
    "type": "machine-learning-model",
    "bom-ref": "weights:all-minilm-l6-v2",
    "name": "all-MiniLM-L6-v2",
    "licenses": [{"license": {"id": "Apache-2.0"}}],
}


def weights_components(root: Path) -> list[Json]:
    """Return the weights of each method as components, with their ancestors and hashes."""
    folder = root / FOLDER
    about = json.loads((folder / "encoder/encoder.json").read_text(encoding="utf-8"))
    with (folder / "linear/linear.weights").open(encoding="utf-8") as opened:
        linear = json.loads(opened.readline())
    return [
        _weights(root, "encoder/encoder.onnx", about["version"], [MINI_LM, GOEMOTIONS]),
        _weights(root, "encoder/pieces.json", about["version"], [MINI_LM]),
        _weights(root, "linear/linear.weights", linear["version"], [GOEMOTIONS]),
    ]


def _weights(root: Path, name: str, version: str, ancestors: list[Json]) -> Json:
    path = FOLDER / name
    digest = hashlib.sha256((root / path).read_bytes()).hexdigest()
    own = f"weights:{name}"
    return {
        "type": "machine-learning-model",
        "bom-ref": own,
        "name": path.as_posix(),
        "version": version,
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "licenses": CC_BY,
        "pedigree": {
            "ancestors": [
                {**each, "bom-ref": f"{own}:{each['bom-ref'].partition(':')[2]}"}
                for each in ancestors
            ],
            "notes": f"{(FOLDER / 'NOTICE.txt').as_posix()} has the attribution",
        },
    }
