"""Runs a notebook as a reader does: `run_notebook.py FILE`. It prints what the cells made, as JSON.

It has a process of its own, since pytest takes each warning of Jupyter for an error.
"""

import json
import sys

import nbformat
from nbclient import NotebookClient

SECONDS_A_CELL = 300
WHAT_IT_MADE = """
import json

frames = {"communities": communities, "subjects": subjects, "course": course}
exact = {"double_precision": 15, "date_format": "iso"}
rows = {name: json.loads(each.to_json(orient="records", **exact)) for name, each in frames.items()}
by_name = {"labels": labels, "of_day": of_day, "of_subjects": of_subjects}
print(json.dumps({
    **rows,
    **{name: json.loads(each.to_json(orient="index")) for name, each in by_name.items()},
    "now": json.loads(now.to_json(double_precision=15)),
    "course_starts": [each.strftime("%Y-%m-%dT%H:%M:%SZ") for each in course["start"]],
    "day": len(day),
}))
"""


def main(file: str) -> None:
    notebook = nbformat.read(file, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(WHAT_IT_MADE))
    NotebookClient(notebook, timeout=SECONDS_A_CELL, kernel_name="python3").execute()
    outputs = [each for cell in notebook.cells for each in cell.get("outputs", [])]
    made = json.loads(notebook.cells[-1]["outputs"][0]["text"])
    errors = [each for each in outputs if each.get("name") == "stderr"]
    pictures = [each for each in outputs if "image/png" in each.get("data", {})]
    tables = [each for each in outputs if "text/html" in each.get("data", {})]
    print(json.dumps({**made, "pictures": len(pictures), "tables": len(tables), "errors": errors}))


if __name__ == "__main__":
    main(*sys.argv[1:])
