"""Admission that asks what a user may do.

The real server looks at role writes in the storage of RBAC, and at the others in plugins; here all
of it is admission.
"""

from typing import Final

from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.api.errors import Invalid
from minieks.kube.api.fields import quoted
from minieks.kube.api.server import Api
from minieks.kube.auth import users
from minieks.kube.auth.attributes import Attributes as Wish
from minieks.kube.auth.attributes import Authorizer
from minieks.kube.auth.certificates import requests
from minieks.kube.auth.certificates.approving import GROUP, problems, timed
from minieks.kube.auth.certificates.libraries import x509
from minieks.kube.auth.rbac.escalation import CHECKED, EscalationCheck
from minieks.kube.auth.users import MASTERS
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, name

_KIND: Final = "CertificateSigningRequest"
_REQUESTER: Final = ("username", "uid", "groups", "extra")


class RbacEscalation(AdmissionPlugin):
    """Refuses roles and bindings that give more than their writer has."""

    name = "RBACEscalation"

    def __init__(self, api: Api, check: EscalationCheck) -> None:
        super().__init__(api)
        self._check = check

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Writes of roles and bindings."""
        return operation != "DELETE" and collection in CHECKED

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Raises Forbidden, or NotFound where a binding names a role that is not there."""
        self._check.check(attributes.user, attributes.collection, obj, attributes.old)


class CertificateRequests(AdmissionPlugin):
    """Notes who asks for a certificate, and refuses who may not approve or sign.

    Source: kubernetes pkg/registry/certificates/certificates/strategy.go and
    plugin/pkg/admission/certificates/{approval,signing,subjectrestriction}.
    """

    name = "CertificateRequests"

    def __init__(self, api: Api, authorizer: Authorizer) -> None:
        super().__init__(api)
        self._authorizer = authorizer

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Writes of requests for certificates."""
        return operation != "DELETE" and collection == requests.COLLECTION

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """A new request with its requester; of an old one the spec stays what it was."""
        old = attributes.old
        if old is not None:
            now = times.rfc3339(self.api.engine.now())
            return {**timed(obj, old, now), "spec": old["spec"]}
        asked = {key: value for key, value in obj["spec"].items() if key not in _REQUESTER}
        known = users.to_json(attributes.user)
        return {**obj, "spec": {**asked, **known}}

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Raises Invalid for a new request, Forbidden for one that may not be decided or signed."""
        signer = str(obj["spec"].get("signerName") or "")
        old = attributes.old
        if old is None:
            self._check_new(obj, signer, attributes)
            return
        found = list(problems(obj, old, attributes.subresource))
        if found:
            raise Invalid(_KIND, GROUP, name(obj), found)
        if attributes.subresource == "approval":
            self._check_right("approve", signer, attributes)
        elif attributes.subresource == "status" and _is_signed_now(obj, old):
            self._check_right("sign", signer, attributes)

    def _check_new(self, obj: Obj, signer: str, attributes: Attributes) -> None:
        pem = requests.pem_of(obj)
        found = list(requests.complaints(obj, x509().problem(pem)))
        if found:
            raise Invalid(_KIND, GROUP, name(obj), found)
        if signer == requests.CLIENT and MASTERS in x509().subject_of(pem).organizations:
            why = f"use of {signer} signer with {MASTERS} group is not allowed"
            raise attributes.forbidden(why)

    def _check_right(self, verb: str, signer: str, attributes: Attributes) -> None:
        domain = signer.partition("/")[0]
        for called in (signer, f"{domain}/*"):
            wish = Wish(verb, GROUP, "*", "signers", name=called)
            if self._authorizer.authorize(attributes.user, wish).allowed:
                return
        why = f"user not permitted to {verb} requests with signerName {quoted(signer)}"
        raise attributes.forbidden(why)


def _is_signed_now(obj: Obj, old: Obj) -> bool:
    before = (old.get("status") or {}).get("certificate")
    return bool((obj.get("status") or {}).get("certificate") != before)
