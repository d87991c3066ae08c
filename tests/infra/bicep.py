"""Reads Bicep and computes what it would deploy, without Azure and without Bicep's own compiler.

A value that only Azure knows (an endpoint, a connection string) is a placeholder,
`<type/name.path>`.
"""

import hashlib
import json
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

NOTHING: Mapping[str, Any] = MappingProxyType({})
COMMENTS = ("comment", "diagnostic_comment")
KINDS = ("parameter", "variable", "resource", "module", "output")
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str, "int": int, "bool": bool, "object": dict, "array": list,
}  # fmt: skip
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.floordiv,
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
    "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


class BicepError(Exception):
    """The template wouldn't compile, or wouldn't deploy."""


class Placeholder(str):
    """A value that only Azure knows, named by its source."""

    __slots__ = ()


@dataclass(frozen=True)
class Declaration:
    """A param, var, resource, module or output."""

    kind: str
    name: str
    value: Node | None
    type: str = ""
    target: str = ""
    """A resource's type and version, a module's path."""
    existing: bool = False
    decorators: Mapping[str, Node] = field(default_factory=dict)


@dataclass(frozen=True)
class Resource:
    """A resource that would be deployed."""

    type: str
    version: str
    name: str
    body: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        """Return the resource's properties in the template."""
        return dict(self.body.get("properties", {}))


class Template:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        root = Parser(Language(tree_sitter_bicep.language())).parse(path.read_bytes()).root_node
        if root.has_error:
            raise BicepError(f"{path.name}: line {_first_error(root)} is no Bicep")
        self.root = root
        self.declared: dict[str, Declaration] = {}
        self.outputs: dict[str, Declaration] = {}
        for declaration in _declarations(root):
            where = self.outputs if declaration.kind == "output" else self.declared
            if declaration.name in where:
                raise BicepError(f"{path.name}: {declaration.name} is declared twice")
            where[declaration.name] = declaration

    def of(self, kind: str) -> dict[str, Declaration]:
        """Return the declarations of a kind."""
        return {name: each for name, each in self.declared.items() if each.kind == kind}

    @cached_property
    def modules(self) -> dict[str, "Template"]:
        """Return the files of the modules by the modules' names."""
        return {
            name: load(self.path.parent / each.target) for name, each in self.of("module").items()
        }


@cache
def load(path: Path) -> Template:
    """Read a file, once."""
    return Template(path.resolve())


def walk(node: Node) -> Iterator[Node]:
    """Return the node and all its descendants."""
    yield node
    for child in node.children:
        yield from walk(child)


def text(node: Node | None) -> str:
    """Return the source of a node."""
    assert node is not None
    assert node.text is not None
    return node.text.decode()


def plain(node: Node) -> str:
    """Return the value of a string without interpolation."""
    parts = [
        child for child in node.children if child.type in {"string_content", "escape_sequence"}
    ]
    escaped = {"\\'": "'", "\\\\": "\\", "\\n": "\n", "\\$": "$"}
    found = "".join(escaped.get(text(part), text(part)) for part in parts)
    return found.removeprefix("\n") if text(node).startswith("'''") else found


def members(node: Node) -> dict[str, Node]:
    """Return the values of an object by the source of their keys."""
    found = {}
    for child in node.children:
        if child.type == "object_property":
            key, *_, value = (each for each in child.children if each.type not in COMMENTS)
            found[plain(key) if key.type == "string" else text(key)] = value
    return found


def body_of(node: Node) -> Node:
    """Return the object inside a loop and a condition."""
    while node.type in {"for_statement", "if_statement"}:
        node = next(
            child
            for child in reversed(node.children)
            if child.type in {"object", "for_statement", "if_statement"}
        )
    return node


def _first_error(root: Node) -> int:
    return next(node.start_point[0] + 1 for node in walk(root) if node.is_error or node.is_missing)


def _declarations(root: Node) -> Iterator[Declaration]:
    decorators: dict[str, Node] = {}
    for node in root.children:
        if node.type == "decorators":
            for call in (child for each in node.children for child in each.children[1:]):
                decorators[text(call.children[0])] = call.children[1]
            continue
        kind = node.type.removesuffix("_declaration")
        if kind in KINDS:
            yield _declaration(kind, node, decorators)
        if node.type not in COMMENTS:
            decorators = {}


def _declaration(kind: str, node: Node, decorators: dict[str, Node]) -> Declaration:
    types = [each.type for each in node.children]
    named = next(each for each in node.children if each.type == "identifier")
    typed = [text(each) for each in node.children if each.type == "type"]
    return Declaration(
        kind,
        text(named),
        node.children[-1] if "=" in types else None,
        typed[0] if typed else "",
        plain(node.children[2]) if kind in {"resource", "module"} else "",
        "existing" in types,
        decorators,
    )


def _hash(*values: str) -> str:
    return hashlib.sha256("|".join(values).encode()).hexdigest()[:13]


class Deployment:
    """A template with values for its parameters."""

    def __init__(self, template: Template, given: Mapping[str, Any], scope: str = "") -> None:
        self.template = template
        self.scope = scope
        self.given = dict(given)
        self._modules: dict[str, list[Deployment]] = {}
        for name in self.given.keys() - template.of("parameter").keys():
            raise BicepError(f"{template.path.name}: there is no parameter {name}")
        for name, parameter in template.of("parameter").items():
            self._check(parameter, self.symbol(name))

    def _check(self, parameter: Declaration, value: Any) -> None:
        where = f"{self.template.path.name}: {parameter.name}"
        expected = TYPES[parameter.type]
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            raise BicepError(f"{where}: {value!r} is no {parameter.type}")
        limits = {
            name: self.evaluate(arguments.children[1])
            for name, arguments in parameter.decorators.items()
            if name in {"allowed", "minValue", "maxValue", "minLength", "maxLength"}
        }
        size = len(value) if hasattr(value, "__len__") else 0
        if (
            value not in limits.get("allowed", [value])
            or ("minValue" in limits and value < limits["minValue"])
            or ("maxValue" in limits and value > limits["maxValue"])
            or size < limits.get("minLength", 0)
            or size > limits.get("maxLength", size)
        ):
            raise BicepError(f"{where}: {value!r} is not allowed")

    def resources(self) -> list[Resource]:
        """Return everything that would be deployed, including the modules' resources."""
        found = []
        for name, each in self.template.of("resource").items():
            if not each.existing:
                found += self._resources(name)
        for name in self.template.of("module"):
            for each in self.modules(name):
                found += each.resources()
        return found

    def modules(self, name: str) -> list["Deployment"]:
        """Return a module with its parameters: once, not at all, or for each turn of its loop."""
        if name not in self._modules:
            module = self.template.modules[name]
            self._modules[name] = [
                Deployment(module, body.get("params", {}), body["name"])
                for body in self._bodies(name)
            ]
        return self._modules[name]

    def outputs(self) -> dict[str, Any]:
        """Return the outputs."""
        return {name: self.evaluate(each.value) for name, each in self.template.outputs.items()}

    def symbol(self, name: str) -> Any:
        """Return the value of the declaration with this name."""
        declared = self.template.declared.get(name)
        if declared is None:
            raise BicepError(f"{self.template.path.name}: {name} is not declared")
        if declared.kind == "parameter":
            if name in self.given:
                return self.given[name]
            if declared.value is None:
                raise BicepError(f"{self.template.path.name}: {name} is required")
            return self.evaluate(declared.value)
        if declared.kind == "variable":
            return self.evaluate(declared.value)
        return declared

    def _bodies(self, name: str) -> Iterator[dict[str, Any]]:
        node = self.template.declared[name].value
        assert node is not None
        value = self.evaluate(node)
        yield from (each for each in (value if isinstance(value, list) else [value]) if each)

    def _resources(self, name: str) -> list[Resource]:
        kind, _, version = self.template.declared[name].target.partition("@")
        found = []
        for body in self._bodies(name):
            names = [body["name"]]
            parent = body.get("parent")
            while parent is not None:
                outer = next(self._bodies(parent.name))
                names, parent = [outer["name"], *names], outer.get("parent")
            found.append(Resource(kind, version, "/".join(map(str, names)), body))
        return found

    def evaluate(self, node: Node | None, known: Mapping[str, Any] = {}) -> Any:
        """Return the value of an expression."""
        assert node is not None
        return getattr(self, f"_{node.type}")(node, known)

    def _parts(self, node: Node) -> list[Node]:
        return [child for child in node.named_children if child.type not in COMMENTS]

    def _string(self, node: Node, known: Mapping[str, Any]) -> str:
        if not any(child.type == "interpolation" for child in node.children):
            return plain(node)
        return "".join(
            str(self.evaluate(self._parts(child)[0], known))
            if child.type == "interpolation"
            else text(child)
            for child in node.named_children
        )

    def _number(self, node: Node, _known: Mapping[str, Any]) -> int:
        return int(text(node))

    def _boolean(self, node: Node, _known: Mapping[str, Any]) -> bool:
        return text(node) == "true"

    def _null(self, _node: Node, _known: Mapping[str, Any]) -> None:
        return None

    def _array(self, node: Node, known: Mapping[str, Any]) -> list[Any]:
        return [self.evaluate(child, known) for child in self._parts(node)]

    def _object(self, node: Node, known: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for child in node.children:
            if child.type == "object_property":
                key, *_, value = (each for each in child.children if each.type not in COMMENTS)
                name = self.evaluate(key, known) if key.type == "string" else text(key)
                found[name] = self.evaluate(value, known)
        return found

    def _identifier(self, node: Node, known: Mapping[str, Any]) -> Any:
        return known[text(node)] if text(node) in known else self.symbol(text(node))

    def _parenthesized_expression(self, node: Node, known: Mapping[str, Any]) -> Any:
        return self.evaluate(self._parts(node)[0], known)

    def _unary_expression(self, node: Node, known: Mapping[str, Any]) -> Any:
        value = self.evaluate(self._parts(node)[0], known)
        return not value if text(node).startswith("!") else -value

    def _binary_expression(self, node: Node, known: Mapping[str, Any]) -> Any:
        left, sign, right = node.children
        if text(sign) == "&&":
            return self.evaluate(left, known) and self.evaluate(right, known)
        if text(sign) == "||":
            return self.evaluate(left, known) or self.evaluate(right, known)
        return OPERATORS[text(sign)](self.evaluate(left, known), self.evaluate(right, known))

    def _ternary_expression(self, node: Node, known: Mapping[str, Any]) -> Any:
        condition, yes, no = self._parts(node)
        return self.evaluate(yes if self.evaluate(condition, known) else no, known)

    def _if_statement(self, node: Node, known: Mapping[str, Any]) -> Any:
        condition, body = self._parts(node)
        return self.evaluate(body, known) if self.evaluate(condition, known) else None

    def _for_statement(self, node: Node, known: Mapping[str, Any]) -> list[Any]:
        item, over, body = self._parts(node)
        return [
            self.evaluate(body, {**known, text(item): each}) for each in self.evaluate(over, known)
        ]

    def _subscript_expression(self, node: Node, known: Mapping[str, Any]) -> Any:
        base, index = (self.evaluate(child, known) for child in self._parts(node))
        return base[index]

    def _member_expression(self, node: Node, known: Mapping[str, Any]) -> Any:
        base, member = self._parts(node)
        owner, name = self.evaluate(base, known), text(member)
        if isinstance(owner, Placeholder):
            return Placeholder(f"{owner[:-1]}.{name}>")
        if not isinstance(owner, Declaration):
            return owner[name]
        if owner.kind == "module":
            if not self.modules(owner.name):
                raise BicepError(f"{self.template.path.name}: {owner.name} isn't deployed")
            return {"outputs": self.modules(owner.name)[0].outputs()}[name]
        resource = self._resources(owner.name)[0]
        if name == "name":
            return resource.name.rpartition("/")[2]
        where = f"{resource.type}/{resource.name}"
        return Placeholder(f"/{where}" if name == "id" else f"<{where}.{name}>")

    def _call_expression(self, node: Node, known: Mapping[str, Any]) -> Any:
        called, arguments = node.children[0], node.children[-1]
        values = [self.evaluate(each, known) for each in self._parts(arguments)]
        name = text(called)
        if name not in FUNCTIONS:
            raise BicepError(f"{self.template.path.name}: there is no function {name}")
        return FUNCTIONS[name](self.template.path.parent, *values)


def _union(_folder: Path, *objects: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for each in objects for key, value in each.items()}


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "concat": lambda _folder, *values: [each for value in values for each in value],
    "empty": lambda _folder, value: not value,
    "environment": lambda _folder: {
        "authentication": {"loginEndpoint": "https://login.microsoftonline.com/"},
        "suffixes": {"keyvaultDns": ".vault.azure.net", "storage": "core.windows.net"},
    },
    "guid": lambda _folder, *values: _hash(*values),
    "indexOf": lambda _folder, value, part: value.find(part),
    "int": lambda _folder, value: int(value),
    "join": lambda _folder, values, by: by.join(values),
    "json": lambda _folder, value: json.loads(value),
    "last": lambda _folder, values: values[-1],
    "loadJsonContent": lambda folder, path: json.loads((folder / path).read_text()),
    "loadTextContent": lambda folder, path: (folder / path).read_text(),
    "replace": lambda _folder, value, old, new: value.replace(old, new),
    "resourceId": lambda _folder, kind, *names: f"/{kind}/{'/'.join(names)}",
    "resourceGroup": lambda _folder, *names: (
        "/".join(names) if names else {"id": "/subscriptions/some/resourceGroups/own"}
    ),
    "split": lambda _folder, value, by: value.split(by),
    "string": lambda _folder, value: (
        json.dumps(value) if isinstance(value, dict | list) else str(value)
    ),
    "subscription": lambda _folder: {"id": "/subscriptions/some"},
    "subscriptionResourceId": lambda _folder, kind, name: f"/{kind}/{name}",
    "substring": lambda _folder, value, start: value[start:],
    "tenant": lambda _folder: {"tenantId": "<tenant>"},
    "toLower": lambda _folder, value: value.lower(),
    "trim": lambda _folder, value: value.strip(),
    "union": _union,
    "uniqueString": lambda _folder, *values: _hash(*values),
}
