"""The types of an expression, and which function each call means.

Source: cel-go checker/checker.go; the texts are those of checker/errors.go.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from minieks.kube.cel import terms
from minieks.kube.cel.checked import Checked
from minieks.kube.cel.declarations import TYPE_NAMES, Functions, Overload
from minieks.kube.cel.errors import CompileError, Issue
from minieks.kube.cel.syntax import (
    Bound,
    Call,
    Entry,
    Fold,
    Ident,
    ListOf,
    Literal,
    MapOf,
    Node,
    Select,
    Struct,
)
from minieks.kube.cel.terms import BOOL, DYN, ERROR, INT, Term
from minieks.kube.cel.unification import Bindings, assign, more_general, substituted
from minieks.kube.cel.values import TypeValue, type_name

Structs = Callable[[str], Term | None]


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may speak of."""

    variables: Mapping[str, Term]
    functions: Functions
    structs: Structs = field(default=lambda name: None)


def check(source: str, tree: Node, scope: Scope) -> Checked:
    """The types of a tree; raises CompileError with all mistakes found."""
    checker = _Checker(scope)
    checker.check(tree)
    if checker.issues:
        raise CompileError(source, checker.issues)
    final = {
        node: substituted(term, checker.bindings, free_is_dyn=True)
        for node, term in checker.types.items()
    }
    return Checked(
        tree,
        final,
        checker.overloads,
        checker.type_values,
        checker.members,
        frozenset(checker.names),
        checker.variables,
    )


class _Checker:
    """Walks a tree once; a mistake gives a node the type of errors, which fits everywhere."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._locals: list[dict[str, Term]] = []
        self._fresh = count()
        self.issues: list[Issue] = []
        self.bindings: Bindings = {}
        self.types: dict[Node, Term] = {}
        self.overloads: dict[Call, tuple[Overload, ...]] = {}
        self.type_values: dict[Node, TypeValue] = {}
        self.members: dict[Call, bool] = {}
        self.names: set[str] = set()
        self.variables: dict[Node, str] = {}

    def check(self, node: Node) -> Term:
        """The type of a node; it is kept."""
        found = self._resolved(_CHECKS[type(node)](self, node))
        self.types[node] = found
        return found

    # helpers

    def _resolved(self, term: Term) -> Term:
        return substituted(term, self.bindings)

    def _wrong(self, at: int, text: str) -> Term:
        self.issues.append(Issue(at, text))
        return ERROR

    def _variable(self) -> Term:
        return Term("parameter", f"_var{next(self._fresh)}")

    @contextmanager
    def _inside(self, names: dict[str, Term]) -> Iterator[None]:
        self._locals.append(names)
        yield
        self._locals.pop()

    def _lookup(self, name: str) -> Term | None:
        if not name.startswith("."):
            for scope in reversed(self._locals):
                if name in scope:
                    return scope[name]
        name = name.removeprefix(".")
        found = self._scope.variables.get(name)
        if found is not None:
            self.names.add(name)
        return found

    def _named_type(self, node: Node, name: str) -> Term | None:
        found = TYPE_NAMES.get(name.removeprefix("."))
        if found is None:
            return None
        self.type_values[node] = TypeValue(name.removeprefix("."))
        return terms.type_of(found)

    def _join(self, node: Node, before: Term | None, found: Term) -> Term:
        """The common type of the items of a literal, which must be one."""
        if before is None:
            return found
        if assign((before,), (found,), self.bindings):
            return self._resolved(more_general(before, found))
        return self._wrong(node.at, f"expected type '{before}' but found '{found}'")

    def _unwrapped(self, node: Node, found: Term, *, optional: bool) -> Term:
        """The type of a literal's item: of one marked with ``?``, what the optional holds."""
        if not optional:
            return found
        if terms.is_optional(found):
            return found.parameters[0]
        if found.kind in ("dyn", "!error!"):
            return DYN
        return self._wrong(node.at, f"expected type 'optional_type({found})' but found '{found}'")

    # nodes

    def _literal(self, node: Literal) -> Term:
        return _LITERALS[type_name(node.value)]

    def _ident(self, node: Ident) -> Term:
        found = self._lookup(node.name) or self._named_type(node, node.name)
        if found is not None:
            return found
        name = node.name.removeprefix(".")
        return self._wrong(node.at, f"undeclared reference to '{name}' (in container '')")

    def _select(self, node: Select) -> Term:
        dotted = "" if node.test else _dotted(node)
        if dotted:
            named = self._dotted_name(node, dotted)
            if named is not None:
                return named
        target = self.check(node.operand)
        held = target.parameters[0] if terms.is_optional(target) else target
        found = self._field(node, self._resolved(held))
        if node.test:
            return BOOL
        if node.optional or terms.is_optional(target):
            return found if terms.is_optional(found) else terms.optional_of(found)
        return found

    def _dotted_name(self, node: Select, dotted: str) -> Term | None:
        """The type of a name with dots: of a variable of that name, or of a type."""
        if dotted in self._scope.variables:
            self.names.add(dotted)
            self.variables[node] = dotted
            return self._scope.variables[dotted]
        if self._lookup(dotted.partition(".")[0]) is not None:
            return None
        return self._named_type(node, dotted)

    def _field(self, node: Select, target: Term) -> Term:
        if target.kind == "map":
            return target.parameters[1]
        if target.kind in ("dyn", "!error!", "parameter"):
            return DYN
        if target.kind != "object":
            return self._wrong(node.at, f"type '{target}' does not support field selection")
        if target.fields is None:
            return DYN
        known = target.fields.get(node.field)
        if known is None:
            return self._wrong(node.at, f"undefined field '{node.field}'")
        return known.type

    def _call(self, node: Call) -> Term:
        args = tuple(self.check(arg) for arg in node.args)
        functions, name = self._scope.functions, node.function.removeprefix(".")
        if node.target is None:
            return self._resolution(node, name, args, member=False)
        dotted = _dotted(node.target)
        if dotted and f"{dotted}.{name}" in functions:
            return self._resolution(node, f"{dotted}.{name}", args, member=False)
        target = self.check(node.target)
        return self._resolution(node, name, (target, *args), member=True)

    def _resolution(self, node: Call, name: str, args: tuple[Term, ...], *, member: bool) -> Term:
        self.members[node] = member
        known = self._scope.functions.get(name)
        if known is None:
            return self._wrong(node.at, f"undeclared reference to '{name}' (in container '')")
        args = tuple(map(self._resolved, args))
        chosen, result = self._chosen(known, args, member=member)
        if result is None:
            shown = _shown_arguments(args, member=member)
            return self._wrong(
                node.at, f"found no matching overload for '{name}' applied to '{shown}'"
            )
        self.overloads[node] = chosen
        return result

    def _chosen(
        self, known: tuple[Overload, ...], args: tuple[Term, ...], *, member: bool
    ) -> tuple[tuple[Overload, ...], Term | None]:
        chosen: list[Overload] = []
        result: Term | None = None
        for overload in known:
            found = self._applied(overload, args, member=member)
            if found is None:
                continue
            chosen.append(overload)
            result = found if result is None or result == found else DYN
        return tuple(chosen), result

    def _applied(self, overload: Overload, args: tuple[Term, ...], *, member: bool) -> Term | None:
        """The result of an overload for these arguments; None if it does not take them."""
        signature = overload.signature
        if signature.member != member or len(signature.parameters) != len(args):
            return None
        wanted, result = self._instance(overload)
        return self._resolved(result) if assign(wanted, args, self.bindings) else None

    def _instance(self, overload: Overload) -> tuple[tuple[Term, ...], Term]:
        """The signature with variables of its own for its parameters."""
        signature = overload.signature
        names = {name for one in signature.parameters for name in _parameters(one)}
        names |= set(_parameters(signature.result))
        if not names:
            return signature.parameters, signature.result
        fresh = {name: self._variable() for name in sorted(names)}
        wanted = tuple(substituted(one, fresh) for one in signature.parameters)
        return wanted, substituted(signature.result, fresh)

    def _list(self, node: ListOf) -> Term:
        item: Term | None = None
        for position, one in enumerate(node.items):
            found = self._unwrapped(one, self.check(one), optional=position in node.optional)
            item = self._join(one, item, found)
        return terms.list_of(self._variable() if item is None else item)

    def _map(self, node: MapOf) -> Term:
        key: Term | None = None
        value: Term | None = None
        for entry in node.entries:
            assert not isinstance(entry.key, str)
            key = self._join(entry.key, key, self.check(entry.key))
            value = self._join(entry.value, value, self._entry(entry))
        if key is None or value is None:
            return terms.map_of(self._variable(), self._variable())
        return terms.map_of(key, value)

    def _entry(self, entry: Entry) -> Term:
        found = self.check(entry.value)
        return self._unwrapped(entry.value, found, optional=entry.optional)

    def _struct(self, node: Struct) -> Term:
        found = self._scope.structs(node.name)
        for entry in node.fields:
            self._struct_field(entry, self._entry(entry), found)
        if found is None:
            text = f"undeclared reference to '{node.name}' (in container '')"
            return self._wrong(node.at, text)
        return found

    def _struct_field(self, entry: Entry, given: Term, struct: Term | None) -> None:
        fields = None if struct is None else struct.fields
        if fields is None:
            return
        known = fields.get(str(entry.key))
        if known is None:
            self._wrong(entry.at, f"undefined field '{entry.key}'")
        elif not assign((known.type,), (given,), self.bindings):
            text = (
                f"expected type of field '{entry.key}' is '{known.type}' "
                f"but provided type is '{self._resolved(given)}'"
            )
            self._wrong(entry.at, text)

    def _fold(self, node: Fold) -> Term:
        over = self.check(node.over)
        key, value = self._range(node, over)
        given = (value,) if over.kind != "map" else (key,)
        scope = dict(zip(node.variables, given if len(node.variables) == 1 else (key, value)))  # noqa: B905 - one name, or two
        with self._inside(scope):
            if node.condition is not None:
                self._condition(node, self.check(node.condition))
            result = None if node.result is None else self.check(node.result)
        return self._fold_result(node, scope[node.variables[0]], key, result)

    def _range(self, node: Fold, over: Term) -> tuple[Term, Term]:
        """The types of the keys (or positions) and of the values that are gone over."""
        if over.kind == "list":
            return INT, over.parameters[0]
        if over.kind == "map":
            return over.parameters[0], over.parameters[1]
        if over.kind not in ("dyn", "!error!", "parameter"):
            self._wrong(
                node.over.at,
                f"expression of type '{over}' cannot be range of a comprehension "
                "(must be list, map, or dynamic)",
            )
        return DYN, DYN

    def _condition(self, node: Fold, found: Term) -> None:
        if assign((BOOL,), (found,), self.bindings):
            return
        sign = {"all": "_&&_", "exists": "_||_"}.get(node.macro)
        shown = f"(bool, {found})"
        if sign is None:
            sign, shown = "_?_:_", f"({found}, list(dyn), list(dyn))"
        self._wrong(node.at, f"found no matching overload for '{sign}' applied to '{shown}'")

    def _fold_result(self, node: Fold, item: Term, key: Term, result: Term | None) -> Term:
        if node.macro == "filter":
            return terms.list_of(item)
        if result is None:
            return BOOL
        if node.macro == "transformMap":
            return terms.map_of(key, result)
        return result if node.macro == "transformMapEntry" else terms.list_of(result)

    def _bound(self, node: Bound) -> Term:
        given = self.check(node.value)
        held = given.parameters[0] if terms.is_optional(given) else DYN
        if not terms.is_optional(given) and given.kind not in ("dyn", "!error!"):
            self._wrong(
                node.at, f"found no matching overload for 'hasValue' applied to '{given}.()'"
            )
        with self._inside({node.name: held}):
            result = self.check(node.result)
        if node.macro == "optMap":
            return terms.optional_of(result)
        return result if terms.is_optional(result) else terms.optional_of(DYN)


def _shown_arguments(args: tuple[Term, ...], *, member: bool) -> str:
    shown = [str(arg) for arg in args]
    if member:
        return f"{shown[0]}.({', '.join(shown[1:])})"
    return f"({', '.join(shown)})"


def _parameters(term: Term) -> Iterator[str]:
    if term.kind == "parameter":
        yield term.name
    for one in term.parameters:
        yield from _parameters(one)


def _dotted(node: Node) -> str:
    """``a.b.c`` if that is what a node says; else nothing."""
    if isinstance(node, Ident):
        return node.name.removeprefix(".")
    if isinstance(node, Select) and not (node.test or node.optional):
        before = _dotted(node.operand)
        return f"{before}.{node.field}" if before else ""
    return ""


_LITERALS: Final = {
    "bool": BOOL,
    "int": INT,
    "uint": terms.UINT,
    "double": terms.DOUBLE,
    "string": terms.STRING,
    "bytes": terms.BYTES,
    "null_type": terms.NULL,
}
_CHECKS: Final[dict[type, Callable[..., Term]]] = {
    Literal: _Checker._literal,
    Ident: _Checker._ident,
    Select: _Checker._select,
    Call: _Checker._call,
    ListOf: _Checker._list,
    MapOf: _Checker._map,
    Struct: _Checker._struct,
    Fold: _Checker._fold,
    Bound: _Checker._bound,
}
