"""What a person wrote, checked against the kinds and schemas of the cluster's version.

Source: kubernetes apiserver pkg/endpoints/handlers (strict decoding), cli-runtime's "no matches".
"""

from typing import TYPE_CHECKING

from minieks.kube.api import errors
from minieks.kube.api.schema import removed_api
from minieks.kube.words.objects import Obj

if TYPE_CHECKING:
    from minieks.kube.api.server import Api


def decode(api: "Api", raw: Obj, warnings: list[str]) -> Obj:
    """The object, if its types are right; unknown fields are added to ``warnings`` by path.

    Raises BadRequest for a kind that is not served or a value that is of the wrong type.
    """
    kind = api.kinds.kind_of(raw)
    if kind is not None and kind.custom:
        return api.custom.decode(raw, warnings)
    if kind is None or not api.schemas.has(str(raw["apiVersion"]), kind.kind):
        raise no_match(raw, api.version)
    return typed(api, raw, warnings)


def typed(api: "Api", raw: Obj, warnings: list[str]) -> Obj:
    """As `decode`, for what has a schema whether or not it is ever stored, such as a review."""
    report = api.schemas.check(raw)
    refusal = report.refusal(raw)
    if refusal is not None:
        raise refusal
    warnings.extend(report.warnings())
    return api.schemas.decoded(raw)


def no_match(raw: Obj, version: str) -> errors.ApiError:
    """The error for a kind that the cluster does not serve; a removed API names its successor."""
    api_version, kind = str(raw.get("apiVersion")), str(raw.get("kind"))
    text = f'no matches for kind "{kind}" in version "{api_version}"'
    removed = removed_api(api_version, kind, version)
    if removed is not None:
        text += f": removed in Kubernetes {removed.removed_in}, use {removed.successor}"
    return errors.BadRequest(text)
