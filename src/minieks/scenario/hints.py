"""What to do about an object that the API refuses: the API itself says only what is wrong."""

from minieks.data.nearest import nearest
from minieks.kube.api.errors import AlreadyExists, ApiError, BadRequest, Forbidden, Invalid
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj


def hint(api: Api, obj: Obj, error: ApiError) -> str:
    """A sentence that says what to change; empty if the error itself says it."""
    if isinstance(error, Invalid):
        return "correct the named fields and run again"
    if isinstance(error, BadRequest) and error.field:
        return f"{error.field}: write {error.wanted}"
    if isinstance(error, BadRequest) and api.kinds.kind_of(obj) is None:
        return _other_kind(api, str(obj.get("apiVersion")), str(obj.get("kind")))
    if isinstance(error, Forbidden):
        return "add what is missing to the manifests, or change the object to what is allowed"
    if isinstance(error, AlreadyExists):
        return "give one of the two another name"
    return ""


def _other_kind(api: Api, api_version: str, kind: str) -> str:
    """What may have been meant by a kind that the cluster does not serve."""
    kinds = {known.kind.lower(): known for known in api.kinds}
    same = kinds.get(kind.lower())
    if same is not None:
        return f"write apiVersion: {same.api_version} and kind: {same.kind}"
    if "." in api_version.partition("/")[0] and not _is_built_in(api_version):
        return (
            "a custom resource needs its CustomResourceDefinition: add the file that has it to the"
            " manifests, or correct its version"
        )
    near = [kinds[one].kind for one in nearest(kind, kinds)]
    return f"did you mean {', '.join(near)}?" if near else "correct apiVersion and kind"


def _is_built_in(api_version: str) -> bool:
    return api_version.partition("/")[0].endswith(".k8s.io")
