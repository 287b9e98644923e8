"""What a MutatingAdmissionPolicy makes of an object.

Source: kubernetes apiserver pkg/admission/plugin/policy/mutating/{dispatcher,patch/*}.go.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minieks.kube.api.apply.merging import merged
from minieks.kube.api.apply.types import Atom
from minieks.kube.api.errors import ApiError
from minieks.kube.api.patching import json_patch
from minieks.kube.api.permission import May
from minieks.kube.api.policies import conditions
from minieks.kube.api.policies.expressions import (
    Composed,
    Variables,
    failed,
    seen_by,
    variable_types,
)
from minieks.kube.api.policies.requests import AdmissionRequest
from minieks.kube.cel import terms
from minieks.kube.cel.environment import CompileError, CostExceeded, EvaluationError, Program
from minieks.kube.cel.values import Struct
from minieks.kube.words.objects import Obj

if TYPE_CHECKING:
    from collections.abc import Callable

_PROTECTED = ("apiVersion", "kind")


class MutationError(Exception):
    """A mutation that cannot be made; the message is the server's."""


class CompiledMutations:
    """A policy whose expressions are ready; raises CompileError if one of them is none."""

    def __init__(self, policy: Obj) -> None:
        spec = policy["spec"]
        self.fails = spec.get("failurePolicy", "Fail") == "Fail"
        self.reinvoked = spec.get("reinvocationPolicy") == "IfNeeded"
        self._conditions = spec.get("matchConditions") or ()
        self._has_params = bool(spec.get("paramKind"))
        types = variable_types(params=terms.DYN if self._has_params else None)
        self._composed = Composed(spec.get("variables") or (), types, mutates=True)
        self._mutations = [self._mutation(said) for said in spec.get("mutations") or ()]

    def _mutation(self, said: Obj) -> tuple[str, str, Program]:
        key = "jsonPatch" if said["patchType"] == "JSONPatch" else "applyConfiguration"
        expression = said[key]["expression"]
        return said["patchType"], expression, self._composed.compile(expression)

    def applied(
        self,
        request: AdmissionRequest,
        may: May,
        params: Obj | None,
        type_of: "Callable[[Obj], Atom | None]",
    ) -> Obj | None:
        """The object after all mutations; None if the conditions do not hold.

        ``type_of`` tells how the fields of an object merge. Raises MutationError.
        """
        seen = seen_by(request, may, params)
        met = conditions.outcome(self._conditions, seen, has_params=self._has_params)
        if met.error:
            raise MutationError(met.error)
        obj = request.new
        if not met.holds or obj is None:
            return None
        for patch_type, expression, program in self._mutations:
            seen = {**seen, "object": obj}
            seen["variables"] = Variables(self._composed.programs, seen)
            value = _evaluated(expression, program, seen)
            obj = (
                _patched(obj, value) if patch_type == "JSONPatch" else _merged(obj, value, type_of)
            )
        return obj


def _evaluated(expression: str, program: Program, seen: Mapping[str, Any]) -> Any:
    try:
        return program.evaluate(seen)
    except (EvaluationError, CostExceeded) as error:
        raise MutationError(failed(expression, error)) from None


def _patched(obj: Obj, value: Any) -> Obj:
    """The object after a list of JSONPatch operations."""
    if not isinstance(value, list):
        raise MutationError("type mismatch: JSONPatchType.expression should evaluate to a list")
    try:
        found = json_patch.apply(obj, json_patch.operations(_plain(value)))
    except ApiError as error:
        raise MutationError(f"JSON Patch: {error.message}") from None
    return _kept(obj, found)


def _merged(obj: Obj, value: Any, type_of: "Callable[[Obj], Atom | None]") -> Obj:
    """The object with an apply configuration merged into it."""
    if not isinstance(value, Struct):
        raise MutationError("unsupported return type from ApplyConfiguration expression")
    config = {**_plain(value), "apiVersion": obj["apiVersion"], "kind": obj["kind"]}
    return _kept(obj, merged(obj, config, type_of(obj)))


def _kept(before: Obj, after: Any) -> Obj:
    """What a mutation may not change: the kind, and who the object is."""
    if not isinstance(after, dict) or not isinstance(after.get("metadata"), dict):
        raise MutationError("patch must result in an object with metadata")
    meta = {
        **after["metadata"],
        **{
            key: before["metadata"][key]
            for key in ("name", "namespace", "uid")
            if key in before["metadata"]
        },
    }
    own = {key: before[key] for key in _PROTECTED}
    return {**after, **own, "metadata": meta}


def _plain(value: Any) -> Any:
    """A value of an expression as JSON."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def compiled(policy: Obj) -> CompiledMutations | str:
    """A policy ready to be asked, or why it cannot be."""
    try:
        return CompiledMutations(policy)
    except CompileError as error:
        return f"compilation error: compilation failed: {error}"
