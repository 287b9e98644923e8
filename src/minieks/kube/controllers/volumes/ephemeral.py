"""Generic ephemeral volumes: a claim made for one pod, gone with it.

Source: kubernetes pkg/controller/volume/ephemeral/controller.go.
"""

from collections.abc import Iterable, Mapping

from minieks.engine.loop import Minding, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.errors import ApiError
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.kinds.storage import CLAIMS
from minieks.kube.words.objects import (
    Obj,
    is_controlled_by,
    is_deleting,
    key,
    name,
    namespace,
    owner_reference,
    split_key,
)


class EphemeralVolumes:
    """The loop; its keys are pods."""

    name = "ephemeral-volume"

    def __init__(self, api: Api) -> None:
        self._api = api

    def watches(self) -> Mapping[str, Wakes]:
        """New pods with such a volume."""
        return {"pods": Minding(_new_with_ephemeral, aspects.CAME, of=aspects.CLAIMING)}

    def reconcile(self, pod_key: str) -> None:
        """Make the claims that the pod lacks; raises ApiError to be retried."""
        pod = self._api.get("pods", *split_key(pod_key))
        if pod is None or is_deleting(pod) or pods.is_terminal(pod):
            return
        for volume in pod["spec"].get("volumes") or ():
            if "ephemeral" in volume:
                self._make(pod, volume)

    def _make(self, pod: Obj, volume: Obj) -> None:
        claim_name = f"{name(pod)}-{volume['name']}"
        found = self._api.get(CLAIMS, namespace(pod), claim_name)
        if found is not None:
            self._check(pod, found)
            return
        try:
            self._api.create(claim_of(pod, volume))
        except ApiError as refused:
            self._tell(
                pod, f"ephemeral volume {volume['name']}: create PVC {claim_name}: {refused}"
            )
            raise

    def _check(self, pod: Obj, claim: Obj) -> None:
        if not is_controlled_by(claim, pod):
            why = f"PVC {key(claim)} was not created for pod {key(pod)} (pod is not owner)"
            self._tell(pod, f"ephemeral volume: {why}")

    def _tell(self, pod: Obj, message: str) -> None:
        self._api.record_event(
            pod, "Warning", "EphemeralVolumeCreateFailed", message, component="ephemeral_volume"
        )


def claim_of(pod: Obj, volume: Obj) -> Obj:
    """The claim of an ephemeral volume: from its template, owned by the pod."""
    template = volume["ephemeral"]["volumeClaimTemplate"]
    meta = template.get("metadata") or {}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": f"{name(pod)}-{volume['name']}",
            "namespace": namespace(pod),
            "annotations": dict(meta.get("annotations") or {}),
            "labels": dict(meta.get("labels") or {}),
            "ownerReferences": [owner_reference(pod)],
        },
        "spec": template["spec"],
    }


def _new_with_ephemeral(change: Change) -> Iterable[str]:
    volumes = change.value["spec"].get("volumes") or ()
    return (change.key,) if any("ephemeral" in volume for volume in volumes) else ()
