"""The ResourceQuota controller: keeps what each quota says is used true.

Source: kubernetes pkg/controller/resourcequota/resource_quota_controller.go. Admission counts up
at creation; this counts anew when something goes or a quota changes.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.quota import recount
from minieks.kube.api.server import Api
from minieks.kube.kinds import pods
from minieks.kube.words.objects import is_deleting, key, namespace, split_key

COLLECTION: Final = "resourcequotas"
_COUNTED: Final = ("services", "persistentvolumeclaims", "secrets", "configmaps")


class ResourceQuotaLoop:
    """Recounts a namespace's quotas."""

    name = "resourcequota"

    def __init__(self, api: Api) -> None:
        self._api = api

    def watches(self) -> Mapping[str, Wakes]:
        """Quotas that change, and whatever frees what they count."""
        deletions = Minding(self._quotas_of, aspects.WENT)
        return {
            COLLECTION: self._of_quota,
            "pods": Minding(self._of_pod, aspects.WENT | aspects.PHASE),
            **dict.fromkeys((*_COUNTED, "jobs.batch", "deployments.apps"), deletions),
        }

    @staticmethod
    def _of_quota(change: Change) -> Iterable[str]:
        before = change.previous
        if before is not None and before.get("spec") == change.value.get("spec"):
            return ()
        return (change.key,)

    def _of_pod(self, change: Change) -> Iterable[str]:
        ended = pods.is_terminal(change.value)
        before = change.previous
        newly = ended and before is not None and not pods.is_terminal(before)
        return self._quotas_of(change) if change.type == "DELETED" or newly else ()

    def _quotas_of(self, change: Change) -> list[str]:
        return [key(quota) for quota in self._api.list(COLLECTION, namespace(change.value))]

    def reconcile(self, key: str) -> Result | None:
        """Count, and write if it differs."""
        quota = self._api.get(COLLECTION, *split_key(key))
        if quota is not None and not is_deleting(quota):
            self._api.update_status({**quota, "status": recount(self._api, quota)})
        return None
