"""The objects that a binding gives to its policy.

Source: kubernetes apiserver pkg/admission/plugin/policy/generic/policy_dispatcher.go CollectParams.
"""

from typing import TYPE_CHECKING

from minieks.kube.words import selectors
from minieks.kube.words.objects import Obj, labels

if TYPE_CHECKING:
    from minieks.kube.api.server import Api


class WrongBinding(ValueError):
    """A binding whose parameters cannot be had; the message is the server's."""


def params_of(
    api: "Api", param_kind: Obj | None, reference: Obj | None, space: str
) -> list[Obj | None]:
    """The parameters, each of which the policy is evaluated with; raises WrongBinding.

    ``space`` is the namespace of the request. None stands for no parameter at all.
    """
    if not param_kind or not reference:
        return [None]
    kind = api.kinds.find(str(param_kind.get("apiVersion")), str(param_kind.get("kind")))
    if kind is None:
        named = f"{param_kind.get('apiVersion')}, Kind={param_kind.get('kind')}"
        raise WrongBinding(f"failed to find resource referenced by paramKind: '{named}'")
    wanted = _namespace(kind.namespaced, reference.get("namespace") or "", space)
    found = _referred(api, kind.collection, wanted, reference)
    if found:
        return list(found)
    if reference.get("parameterNotFoundAction", "Deny") == "Allow":
        return []
    raise WrongBinding("no params found for policy binding with `Deny` parameterNotFoundAction")


def _namespace(namespaced: bool, asked: str, space: str) -> str:
    if not namespaced:
        if asked:
            text = "paramRef.namespace must not be provided for a cluster-scoped `paramKind`"
            raise WrongBinding(text)
        return ""
    if not (asked or space):
        raise WrongBinding(
            "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
        )
    return asked or space


def _referred(api: "Api", collection: str, space: str, reference: Obj) -> list[Obj]:
    if reference.get("name"):
        found = api.get(collection, space, reference["name"])
        return [] if found is None else [found]
    selector = selectors.compile_selector(reference.get("selector") or {})
    return [obj for obj in api.list(collection, space or None) if selector.matches(labels(obj))]
