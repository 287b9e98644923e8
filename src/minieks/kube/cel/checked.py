"""A checked expression: what its evaluation and its cost are worked out from."""

from collections.abc import Mapping
from dataclasses import dataclass

from minieks.kube.cel.declarations import Overload
from minieks.kube.cel.syntax import Call, Node
from minieks.kube.cel.terms import Term
from minieks.kube.cel.values import TypeValue


@dataclass(frozen=True, slots=True)
class Checked:
    """A tree with what the checker found out.

    ``overloads`` are the functions that a call can mean; ``type_values`` the names that stand for
    types; ``members`` tells whether a call with a target is one on a value, and not of a function
    with dots in its name; ``names`` are the variables used, ``variables`` where those with dots
    in their names stand.
    """

    tree: Node
    types: Mapping[Node, Term]
    overloads: Mapping[Call, tuple[Overload, ...]]
    type_values: Mapping[Node, TypeValue]
    members: Mapping[Call, bool]
    names: frozenset[str]
    variables: Mapping[Node, str]

    @property
    def result(self) -> Term:
        """The type of the whole expression."""
        return self.types[self.tree]
