"""The resolver finds what Bicep's own compiler would refuse."""

from pathlib import Path

import pytest

from tests.infra.bicep import BicepError, Deployment, load
from tests.infra.resolver import problems

MODULE = """
param name string
param size int = 1
output id string = '${name}-${size}'
"""


def write(folder: Path, main: str) -> Path:
    (folder / "module.bicep").write_text(MODULE)
    (folder / "main.bicep").write_text(main)
    return folder / "main.bicep"


def module(params: str) -> str:
    return f"module one 'module.bicep' = {{\n  name: 'one'\n  params: {{ {params} }}\n}}\n"


@pytest.mark.parametrize(
    ("main", "problem"),
    [
        ("output x string = missing\n", "missing is not declared"),
        ("output x string = '${a}-${missing.name}'\nparam a string\n", "missing is not declared"),
        ("param unused string\n", "unused is not used"),
        ("var x = toLowerCase('A')\noutput y string = x\n", "toLowerCase() is no function"),
        ("output x string = loadTextContent('none.kql')\n", "there is no file none.kql"),
        (module("size: 2"), "one is not given name"),
        (module("name: 'a', colour: 'red'"), "one has no parameter colour"),
        (module("name: 'a'") + "output x string = one.outputs.uri\n", "one has no output uri"),
        (
            "module one 'none.bicep' = { name: 'one' }\n",
            "one is none.bicep, and there is no such file",
        ),
        (
            "var a = { b: [for i in ['c']: i] }\noutput x object = a\n",
            "line 1: a loop inside a value is no loop of Bicep's",
        ),
        (
            (
                "resource r 'Some.Kind/things@2024-01-01' = {\n"
                "  name: 'r'\n  d: [for i in ['e']: { f: [for j in [i]: j] }]\n}\n"
            ),
            "line 3: a loop inside a property's loop is no loop of Bicep's",
        ),
        ("resource r 'Microsoft.Web/sites' = { name: 'r' }\n", "not of a type with a version"),
    ],
)
def test_what_would_not_compile_is_named(tmp_path, main: str, problem: str) -> None:
    (found,) = problems(write(tmp_path, main))
    assert problem in found


def test_what_would_not_parse_is_refused_by_its_line(tmp_path) -> None:
    with pytest.raises(BicepError, match="line 2 is no Bicep"):
        load(write(tmp_path, "param a string\nparam = 3 3\n"))


def test_a_name_is_declared_once(tmp_path) -> None:
    with pytest.raises(BicepError, match="a is declared twice"):
        load(write(tmp_path, "param a string\nvar a = 1\n"))


def test_a_sound_template_has_no_problems_and_can_be_worked_out(tmp_path) -> None:
    main = write(
        tmp_path,
        "param names array = ['a', 'b']\n"
        "var sizes = { a: 2 + 3 * 4 }\n"
        + module("name: 'x', size: sizes['a'] > 10 ? 7 : 8")
        + "module each 'module.bicep' = [for name in concat(names, ['c']): {\n"
        "  name: name\n  params: { name: name }\n}]\n"
        + "module none 'module.bicep' = if (size > 1 || empty(names)) {\n"
        "  name: 'none'\n  params: { name: 'none' }\n}\n"
        "param size int = 1\n"
        "output both bool = size == 1 && !empty(names)\n"
        + "resource r 'Some.Kind/things@2024-01-01' = [for name in names: if (name != 'a') {\n"
        "  name: '${name}-${one.outputs.id}'\n}]\n",
    )
    assert problems(main) == []
    deployment = Deployment(load(main), {})
    assert [each.name for each in deployment.resources()] == ["b-x-7"]
    assert [each.outputs()["id"] for each in deployment.modules("each")] == ["a-1", "b-1", "c-1"]
    assert deployment.modules("none") == []
    assert deployment.outputs() == {"both": True}


def test_a_string_is_never_taken_for_a_name(tmp_path) -> None:
    main = write(tmp_path, "var mode = 'free'\noutput x bool = mode == 'mode'\n")
    assert problems(main) == []
    assert Deployment(load(main), {}).outputs() == {"x": False}
