"""Finds what in a Bicep template and its modules would not compile."""

import re
from collections.abc import Iterator
from pathlib import Path

from tree_sitter import Node

from tests.infra.bicep import (
    FUNCTIONS,
    Declaration,
    Template,
    body_of,
    load,
    members,
    plain,
    text,
    walk,
)

RESOURCE = re.compile(r"[A-Z]\w+\.\w+(/\w+)+@20\d\d-\d\d-\d\d(-preview)?")


def problems(path: Path) -> list[str]:
    """Return a line for each name, file, parameter or output that is missing or unused."""
    template = load(path)
    checks = (_names, _targets, _files, _loops, _unused)
    found = [problem for check in checks for problem in check(template)]
    for name in template.of("module"):
        if (target := _file(template, name)).is_file():
            found += [*_parameters(template, name), *_outputs(template, name), *problems(target)]
    return [
        f"{template.path.name}: {problem}" if ": " not in problem else problem for problem in found
    ]


def _file(template: Template, module: str) -> Path:
    return template.path.parent / template.declared[module].target


def _loop_names(template: Template) -> set[str]:
    return {
        text(node.named_children[0]) for node in walk(template.root) if node.type == "for_statement"
    }


def _used(template: Template) -> Iterator[str]:
    for each in [*template.declared.values(), *template.outputs.values()]:
        for node in walk(each.value) if each.value else ():
            # A key of an object and the name of a function aren't symbols.
            is_key = node.parent is not None and (
                (node.parent.type == "object_property" and node.parent.children[0] == node)
                or (node.parent.type == "call_expression" and node.parent.children[0] == node)
            )
            if node.type == "identifier" and not is_key:
                yield text(node)


def _names(template: Template) -> Iterator[str]:
    known = template.declared.keys() | _loop_names(template)
    yield from (f"{name} is not declared" for name in set(_used(template)) - known)
    for node in walk(template.root):
        decorates = node.parent is not None and node.parent.type == "decorator"
        if node.type == "call_expression" and not decorates:
            name = text(node.children[0])
            if name not in FUNCTIONS:
                yield f"{name}() is no function"


def _unused(template: Template) -> Iterator[str]:
    kinds = {**template.of("parameter"), **template.of("variable")}
    yield from (f"{name} is not used" for name in kinds.keys() - set(_used(template)))


def _loops(template: Template) -> Iterator[str]:
    """Return loops in forbidden places: BCP138 and BCP142 of Bicep's compiler."""
    for node in walk(template.root):
        if node.type == "for_statement":
            owner, above = _above(node)
            line = node.start_point[0] + 1
            if "object_property" in above and owner not in {"resource", "module"}:
                yield f"line {line}: a loop inside a value is no loop of Bicep's"
            if "for_statement" in above:
                outer = above.index("for_statement")
                if "object_property" in above[outer:] or "object_property" not in above[:outer]:
                    yield f"line {line}: a loop inside a property's loop is no loop of Bicep's"


def _above(node: Node) -> tuple[str, list[str]]:
    """Return the kind of a node's declaration, and the types of the nodes between."""
    types: list[str] = []
    each = node.parent
    while each is not None and not each.type.endswith("_declaration"):
        types.append(each.type)
        each = each.parent
    return (each.type.removesuffix("_declaration") if each else ""), types


def _targets(template: Template) -> Iterator[str]:
    for name, each in template.of("resource").items():
        if not RESOURCE.fullmatch(each.target):
            yield f"{name} is of {each.target}, not of a type with a version"
    for name in template.of("module"):
        if not _file(template, name).is_file():
            yield f"{name} is {template.declared[name].target}, and there is no such file"


def _files(template: Template) -> Iterator[str]:
    for node in walk(template.root):
        if node.type == "call_expression" and text(node.children[0]).startswith("load"):
            path = plain(node.children[-1].named_children[0])
            if not (template.path.parent / path).is_file():
                yield f"there is no file {path}"


def _parameters(template: Template, module: str) -> Iterator[str]:
    declaration = template.declared[module]
    assert declaration.value is not None
    body = members(body_of(declaration.value))
    given = members(body["params"]).keys() if "params" in body else set()
    taken = load(_file(template, module)).of("parameter")
    yield from (f"{module} has no parameter {name}" for name in given - taken.keys())
    yield from (f"{module} is not given {name}" for name in _required(taken) - given)


def _required(parameters: dict[str, Declaration]) -> set[str]:
    return {name for name, each in parameters.items() if each.value is None}


def _outputs(template: Template, module: str) -> Iterator[str]:
    there = load(_file(template, module)).outputs
    for node in walk(template.root):
        if node.type == "member_expression" and text(node).startswith(f"{module}.outputs."):
            name = text(node.named_children[-1])
            if text(node) == f"{module}.outputs.{name}" and name not in there:
                yield f"{module} has no output {name}"
