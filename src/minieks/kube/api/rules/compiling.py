"""Rules made ready to be evaluated.

Source: kubernetes apiextensions-apiserver pkg/apiserver/schema/cel/compilation.go.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from minieks.kube.cel import terms
from minieks.kube.cel.environment import CompileError, Environment, Program
from minieks.kube.cel.schema_types import Convert, Declared, converter, declared, with_meta
from minieks.kube.words.objects import Obj


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what the schema says of it, and its programs or why there are none."""

    said: Obj
    program: Program | None
    error: str = ""
    message: Program | None = None
    message_error: str = ""

    @property
    def uses_old(self) -> bool:
        """Whether it compares with the value before: a transition rule."""
        return self.program is not None and self.program.uses("oldSelf")

    @property
    def optional_old(self) -> bool:
        """Whether it also holds for values that were not there before."""
        return bool(self.said.get("optionalOldSelf"))

    @property
    def text(self) -> str:
        """What is shown of the rule when it cannot be evaluated."""
        return (self.said.get("message") or self.said.get("rule") or "").strip()


class Ruled:
    """One place of a schema, with the types that its rules see."""

    def __init__(self, schema: Obj, *, is_root: bool) -> None:
        self.schema = schema
        self._is_root = is_root

    @cached_property
    def type(self) -> Declared | None:
        """The type of ``self``; None where rules cannot speak of the values."""
        return declared(self.schema, "selfType", is_root=self._is_root)

    @cached_property
    def convert(self) -> Convert | None:
        """From JSON to what the rules see; None if it is the same."""
        return converter(with_meta(self.schema) if self._is_root else self.schema)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of this place, compiled."""
        said = self.schema.get("x-kubernetes-validations") or ()
        if self.type is None or not said:
            return ()
        own = self.type.term
        plain = Environment({"self": own, "oldSelf": own})
        optional = Environment({"self": own, "oldSelf": terms.optional_of(own)})
        return tuple(_rule(one, optional if one.get("optionalOldSelf") else plain) for one in said)

    def seen(self, value: Any) -> Any:
        """A value as the rules see it."""
        return value if self.convert is None else self.convert(value)


def _rule(said: Obj, environment: Environment) -> Rule:
    source = said.get("rule") or ""
    if not source.strip():
        return Rule(said, None)
    program, error = _compiled(
        source, environment, terms.BOOL, "cel expression must evaluate to a bool"
    )
    if program is None:
        return Rule(said, None, error)
    told = said.get("messageExpression") or ""
    if not told.strip():
        return Rule(said, program)
    wrong = "messageExpression must evaluate to a string"
    message, message_error = _compiled(
        told, environment, terms.STRING, wrong, "messageExpression compilation failed: "
    )
    return Rule(said, program, "", message, message_error)


def _compiled(
    source: str,
    environment: Environment,
    wanted: terms.Term,
    wrong_type: str,
    failed: str = "compilation failed: ",
) -> tuple[Program | None, str]:
    try:
        program = environment.compile(source)
    except CompileError as error:
        return None, f"{failed}{error}"
    return (program, "") if program.result == wanted else (None, wrong_type)
