"""What the expressions of policies and webhooks may speak of.

Source: kubernetes apiserver pkg/admission/plugin/cel/{compile,composition}.go.
"""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, Final

from minieks.kube.api.permission import May
from minieks.kube.api.policies.requests import AdmissionRequest
from minieks.kube.cel import declarations, terms
from minieks.kube.cel.asking import Question
from minieks.kube.cel.environment import CompileError, Environment, EvaluationError, Program
from minieks.kube.cel.library.authorizer import Authorizer, ResourceCheck
from minieks.kube.cel.terms import Field, Term
from minieks.kube.cel.values import Lookup
from minieks.kube.words.objects import Obj

_STRINGS: Final = terms.list_of(terms.STRING)
_TEXTS: Final = terms.map_of(terms.STRING, terms.STRING)
_REQUEST_RESOURCE: Final = "authorizer.requestResource"


def _object(struct: str, /, **fields: Term) -> Term:
    known = {key: Field(term, key) for key, term in fields.items()}
    return Term("object", f"kubernetes.{struct}", fields=known)


_KIND: Final = _object(
    "GroupVersionKind", group=terms.STRING, version=terms.STRING, kind=terms.STRING
)
_RESOURCE: Final = _object(
    "GroupVersionResource", group=terms.STRING, version=terms.STRING, resource=terms.STRING
)
_USER: Final = _object(
    "UserInfo",
    username=terms.STRING,
    uid=terms.STRING,
    groups=_STRINGS,
    extra=terms.map_of(terms.STRING, _STRINGS),
)
REQUEST: Final = _object(
    "AdmissionRequest",
    kind=_KIND,
    resource=_RESOURCE,
    subResource=terms.STRING,
    requestKind=_KIND,
    requestResource=_RESOURCE,
    requestSubResource=terms.STRING,
    name=terms.STRING,
    namespace=terms.STRING,
    operation=terms.STRING,
    userInfo=_USER,
    dryRun=terms.BOOL,
    options=terms.DYN,
)
NAMESPACE: Final = _object(
    "Namespace",
    metadata=_object(
        "NamespaceMetadata",
        name=terms.STRING,
        generateName=terms.STRING,
        namespace=terms.STRING,
        labels=_TEXTS,
        annotations=_TEXTS,
        UID=terms.STRING,
        creationTimestamp=terms.TIMESTAMP,
        deletionGracePeriodSeconds=terms.INT,
        deletionTimestamp=terms.TIMESTAMP,
        generation=terms.INT,
        resourceVersion=terms.STRING,
        finalizers=_STRINGS,
    ),
    spec=_object("NamespaceSpec", finalizers=_STRINGS),
    status=_object("NamespaceStatus", phase=terms.STRING),
)
_AUTHORIZER: Final = terms.opaque("kubernetes.authorization.Authorizer")
_CHECK: Final = terms.opaque("kubernetes.authorization.ResourceCheck")
_PATCH: Final = Term("object", "JSONPatch")


def variable_types(obj: Term = terms.DYN, params: Term | None = terms.DYN) -> dict[str, Term]:
    """The variables of a policy's expressions; without ``params`` those of a webhook's."""
    found = {
        "object": obj,
        "oldObject": obj,
        "request": REQUEST,
        "namespaceObject": NAMESPACE,
        "authorizer": _AUTHORIZER,
        _REQUEST_RESOURCE: _CHECK,
    }
    return found if params is None else {**found, "params": params}


def mutation_struct(name: str) -> Term | None:
    """``Object``, what is in it (``Object.spec``), and ``JSONPatch``."""
    if name == "JSONPatch":
        return _PATCH
    known = name == "Object" or name.startswith("Object.")
    return Term("object", name) if known else None


def _escaped_key(text: str) -> str:
    return text.replace("~", "~0").replace("/", "~1")


@cache
def _mutation_functions() -> declarations.Functions:
    row = ("jsonpatch.escapeKey", "(string) -> string", _escaped_key)
    return {**declarations.standard(), **declarations.declared([row])}


@cache
def policy_environment(*, has_params: bool, mutates: bool = False) -> Environment:
    """What policies without variables of their own may speak of."""
    return environment(variable_types(params=terms.DYN if has_params else None), mutates=mutates)


def environment(types: Mapping[str, Term], *, mutates: bool = False) -> Environment:
    """An environment with these variables; of a mutation, with what makes changes."""
    if mutates:
        return Environment(types, _mutation_functions(), mutation_struct)
    return Environment(types)


class Composed:
    """The expressions of one policy, in which ``variables`` speak of those before them."""

    def __init__(
        self, variables: Iterable[Obj], types: Mapping[str, Term], *, mutates: bool = False
    ) -> None:
        self.programs: dict[str, Program] = {}
        self._types = dict(types)
        self._mutates = mutates
        self._fields: dict[str, Field] = {}
        self._environment: Environment | None = None
        for variable in variables:
            self.add(variable["name"], variable["expression"])

    def add(self, name: str, expression: str) -> None:
        """One more variable; raises CompileError."""
        program = self.compile(expression)
        self.programs[name] = program
        self._fields = {**self._fields, name: Field(program.result, name)}
        self._environment = None

    def compile(self, expression: str) -> Program:
        """An expression; raises CompileError."""
        if self._environment is None:
            inner = Term("object", "kubernetes.variables", fields=self._fields)
            types = {**self._types, "variables": inner}
            self._environment = environment(types, mutates=self._mutates)
        return self._environment.compile(expression)


class Variables(Lookup):
    """``variables``: each is evaluated when it is first asked for."""

    def __init__(self, programs: Mapping[str, Program], seen: Mapping[str, Any]) -> None:
        self._programs = programs
        self._seen = seen
        self._known: dict[str, Any] = {}

    def find(self, key: str) -> tuple[Any, bool]:
        """The value of a variable; raises EvaluationError if it fails."""
        if key not in self._programs:
            return None, False
        if key not in self._known:
            try:
                self._known[key] = self._programs[key].evaluate(self._seen)
            except EvaluationError as error:
                text = f'composited variable "{key}" fails to evaluate: {error}'
                raise EvaluationError(text) from None
        return self._known[key], True


def seen_by(request: AdmissionRequest, may: May, params: Obj | None = None) -> dict[str, Any]:
    """The values of the variables for one request."""
    told, user = request.told, request.attributes.user
    authorizer = Authorizer(lambda question: may(user, question))
    resource = told["resource"]
    question = Question(
        "",
        group=resource["group"],
        resource=resource["resource"],
        subresource=request.attributes.subresource,
        namespace=told["namespace"],
        name=told["name"],
    )
    return {
        "object": request.new,
        "oldObject": request.old,
        "request": told,
        "namespaceObject": request.namespace_object,
        "params": params,
        "authorizer": authorizer,
        _REQUEST_RESOURCE: ResourceCheck(authorizer, question),
    }


def failed(expression: str, error: Exception) -> str:
    """What is said of an expression that could not be evaluated."""
    return f"expression '{expression}' resulted in error: {error}"


@lru_cache(maxsize=1024)
def compiled_condition(expression: str, *, has_params: bool) -> Program | str:
    """A match condition, or why it is none."""
    try:
        return policy_environment(has_params=has_params).compile(expression)
    except CompileError as error:
        return f"compilation failed: {error}"
