"""For which audiences a kubelet may have tokens made: those that its pods name.

Source: kubernetes plugin/pkg/admission/noderestriction/admission.go
(validateNodeServiceAccountAudience); on by default since 1.33.
"""

from collections.abc import Sequence
from typing import Final

from minieks.kube.api.fields import quoted
from minieks.kube.api.options import UserInfo
from minieks.kube.api.server import Api
from minieks.kube.auth.attributes import Attributes, Authorizer
from minieks.kube.words.objects import Obj, name, namespace

SINCE: Final = 33
"""The minor version from which kubelets are held to it."""
_VERB: Final = "request-serviceaccounts-token-audience"


def complaint(
    api: Api, authorizer: Authorizer, user: UserInfo, asked: tuple[str, Sequence[str]], pod: Obj
) -> str:
    """Why a token of a pod's kubelet is refused; empty if it is not.

    ``asked`` are the account's name and the audiences that the token shall be for.
    """
    account, audiences = asked
    if len(audiences) > 1:
        return "node may only request 0 or 1 audiences"
    audience = audiences[0] if audiences else ""
    if any(_names(api, pod, volume, audience) for volume in pod["spec"].get("volumes") or ()):
        return ""
    wish = Attributes(_VERB, "", "v1", audience, namespace=namespace(pod), name=account)
    if authorizer.authorize(user, wish).allowed:
        return ""
    return (
        f"audience {quoted(audience)} not found in pod spec volume, {user.name} is not authorized"
        " to request tokens for this audience"
    )


def _names(api: Api, pod: Obj, volume: Obj, audience: str) -> bool:
    for source in (volume.get("projected") or {}).get("sources") or ():
        token = source.get("serviceAccountToken")
        if token is not None and (token.get("audience") or "") == audience:
            return True
    driver = api.get("csidrivers.storage.k8s.io", "", _driver(api, pod, volume))
    asked = (driver or {}).get("spec", {}).get("tokenRequests") or ()
    return any((one.get("audience") or "") == audience for one in asked)


def _driver(api: Api, pod: Obj, volume: Obj) -> str:
    """The CSI driver that a volume needs, if it is known to; empty if it needs none."""
    if volume.get("csi"):
        return str(volume["csi"].get("driver") or "")
    claim_name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
    if volume.get("ephemeral"):
        claim_name = f"{name(pod)}-{volume['name']}"
    claim = api.get("persistentvolumeclaims", namespace(pod), claim_name) if claim_name else None
    bound = (claim or {}).get("spec", {}).get("volumeName")
    found = api.get("persistentvolumes", "", bound) if bound else None
    return str(((found or {}).get("spec", {}).get("csi") or {}).get("driver") or "")
