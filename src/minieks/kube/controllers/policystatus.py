"""The status of ValidatingAdmissionPolicies: what type checking says of their expressions.

Source: kubernetes pkg/controller/validatingadmissionpolicystatus/controller.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.words.objects import metadata

_COLLECTION: Final = "validatingadmissionpolicies.admissionregistration.k8s.io"


class ValidatingAdmissionPolicyStatusLoop:
    """Checks a policy's expressions against the kinds that it names, whenever they change."""

    name = "validatingadmissionpolicy-status"

    def __init__(self, api: Api) -> None:
        self._api = api

    def watches(self) -> Mapping[str, Wakes]:
        """Policies."""
        return {_COLLECTION: self._of_policy}

    @staticmethod
    def _of_policy(change: Change) -> Iterable[str]:
        return () if change.type == "DELETED" else (change.key,)

    def reconcile(self, key: str) -> Result | None:
        """Write what was found out, once for each generation."""
        # Imported late: most clusters have no policies.
        from minieks.kube.api.policies.typechecking import warnings  # noqa: PLC0415

        policy = self._api.get(_COLLECTION, "", key)
        if policy is None:
            return None
        generation = metadata(policy).get("generation")
        before = policy.get("status") or {}
        if before.get("observedGeneration") == generation and "typeChecking" in before:
            return None
        found = warnings(self._api, policy)
        checked = {"expressionWarnings": found} if found else {}
        status = {**before, "observedGeneration": generation, "typeChecking": checked}
        self._api.update_status({**policy, "status": status})
        return None
