"""Admission that asks what a user may do.

The real server looks at role writes in the storage of RBAC, and at the others in plugins; here all
of it is admission.
"""

from minieks.kube.api.admission.base import AdmissionPlugin, Attributes
from minieks.kube.api.server import Api
from minieks.kube.auth.rbac.escalation import CHECKED, EscalationCheck
from minieks.kube.words.objects import Obj


class RbacEscalation(AdmissionPlugin):
    """Refuses roles and bindings that give more than their writer has."""

    name = "RBACEscalation"

    def __init__(self, api: Api, check: EscalationCheck) -> None:
        super().__init__(api)
        self._check = check

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Raises Forbidden, or NotFound where a binding names a role that is not there."""
        if attributes.collection in CHECKED and attributes.operation != "DELETE":
            self._check.check(attributes.user, attributes.collection, obj, attributes.old)
