"""ValidatingAdmissionPolicy and MutatingAdmissionPolicy with their bindings.

While there are no policies no request comes here; expressions are compiled when a policy is first
asked. Source: kubernetes apiserver pkg/admission/plugin/policy/{generic,validating,mutating}.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from minieks.engine.store import Change
from minieks.kube.api.admission.base import Attributes, Operation, PartAdmission
from minieks.kube.api.errors import ApiError, refused
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.policies.matching import EXEMPT, as_named, matches, may_concern
from minieks.kube.api.policies.requests import AdmissionRequest, request_of
from minieks.kube.words.objects import Obj, name

if TYPE_CHECKING:
    from minieks.kube.api.policies.mutating import CompiledMutations
    from minieks.kube.api.policies.validating import CompiledPolicy, Denial
    from minieks.kube.api.server import Api

_GROUP: Final = "admissionregistration.k8s.io"


class _Bound(NamedTuple):
    """A policy with one of its bindings."""

    policy: Obj
    binding: Obj

    @property
    def names(self) -> str:
        """How messages name the two."""
        return f"'{name(self.policy)}' with binding '{name(self.binding)}'"


class _Policies(PartAdmission):
    """Follows the policies of a kind, and their bindings."""

    policies: ClassVar[str] = ""
    bindings: ClassVar[str] = ""

    def __init__(self, api: "Api") -> None:
        super().__init__(api)
        self._bound: list[_Bound] | None = None
        for collection in (self.policies, self.bindings):
            api.store.subscribe(collection, self._on_change)

    def _on_change(self, change: Change) -> None:
        self._bound = None
        self.api.admission_changed()

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Whether a policy that is bound may speak of such requests."""
        if collection in EXEMPT:
            return False
        return any(may_concern(_rules(one.policy), operation, collection) for one in self._all())

    def _all(self) -> list[_Bound]:
        """All policies with their bindings, by name."""
        if self._bound is None:
            policies = {name(policy): policy for policy in self.api.list(self.policies)}
            bindings = sorted(self.api.list(self.bindings), key=name)
            self._bound = [
                _Bound(policies[policy], binding)
                for policy in sorted(policies)
                for binding in bindings
                if binding["spec"].get("policyName") == policy
            ]
        return self._bound

    def _concerned(self, request: AdmissionRequest) -> Iterator[_Bound]:
        for one in self._all():
            limits = one.binding["spec"].get("matchResources")
            if matches(_constraints(one.policy), request) and (
                limits is None or matches(limits, request)
            ):
                yield one

    def _params(self, one: _Bound, request: AdmissionRequest) -> list[Obj | None]:
        # Imported late, as all of policies that a request without them does not need.
        from minieks.kube.api.policies.parameters import params_of  # noqa: PLC0415

        kind = one.policy["spec"].get("paramKind")
        space = request.told["namespace"]
        return params_of(self.api, kind, one.binding["spec"].get("paramRef"), space)


def _constraints(policy: Obj) -> Obj:
    found: Obj = policy["spec"].get("matchConstraints") or {}
    return found


def _rules(policy: Obj) -> list[Obj]:
    return _constraints(policy).get("resourceRules") or []


def _fails(policy: Obj) -> bool:
    return bool(policy["spec"].get("failurePolicy", "Fail") == "Fail")


class ValidatingAdmissionPolicies(_Policies):
    """Asks the ValidatingAdmissionPolicies."""

    name = "ValidatingAdmissionPolicy"
    policies = f"validatingadmissionpolicies.{_GROUP}"
    bindings = f"validatingadmissionpolicybindings.{_GROUP}"

    def __init__(self, api: "Api") -> None:
        super().__init__(api)
        self._compiled: IdentityMemo[CompiledPolicy | str] = IdentityMemo(256)

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Raises ApiError if a policy denies the request; warns where a binding says so."""
        request = request_of(obj, attributes)
        refusal: ApiError | None = None
        for one in self._concerned(request):
            actions = one.binding["spec"].get("validationActions") or ()
            for denial in self._denials(one, as_named(_rules(one.policy), request)):
                if "Warn" in actions:
                    text = f"Validation failed for {self.name} {one.names}: {denial.message}"
                    attributes.warnings.append(text)
                if "Deny" in actions and refusal is None:
                    text = f"{self.name} {one.names} denied request: {denial.message}"
                    refusal = refused(attributes.collection, attributes.name, text, denial.reason)
        if refusal is not None:
            raise refusal

    def _denials(self, one: _Bound, request: AdmissionRequest) -> "Iterator[Denial]":
        from minieks.kube.api.policies.parameters import WrongBinding  # noqa: PLC0415
        from minieks.kube.api.policies.validating import Denial, compiled  # noqa: PLC0415

        policy = self._compiled.get(one.policy)
        if policy is None:
            policy = self._compiled.put(one.policy, compiled(one.policy))
        try:
            params = self._params(one, request)
        except WrongBinding as error:
            if _fails(one.policy):
                yield Denial(f"failed to configure binding: {error}")
            return
        if isinstance(policy, str):
            if _fails(one.policy):
                yield Denial(f"failed to configure policy: {policy}")
            return
        for each in params:
            yield from policy.denials(request, self.api.may, each)


class MutatingAdmissionPolicies(_Policies):
    """Lets the MutatingAdmissionPolicies change objects."""

    name = "MutatingAdmissionPolicy"
    policies = f"mutatingadmissionpolicies.{_GROUP}"
    bindings = f"mutatingadmissionpolicybindings.{_GROUP}"

    def __init__(self, api: "Api") -> None:
        super().__init__(api)
        self._compiled: IdentityMemo[CompiledMutations | str] = IdentityMemo(256)

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The object after all policies; those that ask for it see later changes once more."""
        changed: list[_Bound] = []
        before = obj
        for one in list(self._concerned(request_of(obj, attributes))):
            found = self._applied(one, obj, attributes)
            if found != obj:
                changed.append(one)
            obj = found
        if len(changed) > 1 and obj != before:
            for one in self._concerned(request_of(obj, attributes)):
                if one is not changed[-1] and self._is_reinvoked(one.policy):
                    obj = self._applied(one, obj, attributes)
        return obj

    @staticmethod
    def _is_reinvoked(policy: Obj) -> bool:
        return bool(policy["spec"].get("reinvocationPolicy") == "IfNeeded")

    def _applied(self, one: _Bound, obj: Obj, attributes: Attributes) -> Obj:
        from minieks.kube.api.policies.mutating import MutationError, compiled  # noqa: PLC0415
        from minieks.kube.api.policies.parameters import WrongBinding  # noqa: PLC0415

        policy = self._compiled.get(one.policy)
        if policy is None:
            policy = self._compiled.put(one.policy, compiled(one.policy))
        try:
            if isinstance(policy, str):
                raise MutationError(f"failed to configure policy: {policy}")
            for params in self._params(one, request_of(obj, attributes)):
                request = as_named(_rules(one.policy), request_of(obj, attributes))
                found = policy.applied(request, self.api.may, params, self._type_of())
                if found is not None:
                    obj = request.as_requested(attributes.defaulted(found))
        except (MutationError, WrongBinding) as error:
            if _fails(one.policy):
                text = f"{self.name} {one.names} denied request: {error}"
                raise refused(attributes.collection, attributes.name, text, "Invalid") from None
        return obj

    def _type_of(self) -> Callable[[Obj], Any]:
        from minieks.kube.api.apply.types import Types  # noqa: PLC0415

        types = Types(self.api.schemas)

        def type_of(obj: Obj) -> Any:
            found = types.built_in(str(obj["apiVersion"]), str(obj["kind"]))
            return found or types.custom(self.api.custom.schema(obj))

        return type_of
