"""Approves kubelets' requests, signs what is approved, and clears away what is old.

Source: kubernetes pkg/controller/certificates/{approver,signer,cleaner}.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.auth import users
from minieks.kube.auth.attributes import Attributes, Authorizer
from minieks.kube.auth.certificates import approving, requests, signers
from minieks.kube.auth.certificates.approving import GROUP
from minieks.kube.auth.certificates.libraries import x509
from minieks.kube.auth.certificates.requests import COLLECTION
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, metadata

_HOUR: Final = 3600
# Whoever decides may write lastUpdateTime by a clock of his own, as kubectl does; the API server
# writes lastTransitionTime by the cluster's, whose time may pass faster. The later one counts.
_TIMES: Final = ("lastUpdateTime", "lastTransitionTime")
# Seconds after which a request goes: signed or decided, or without an answer.
_KEPT_WHEN_DONE: Final = _HOUR
_KEPT_WAITING: Final = 24 * _HOUR


class Signs(Protocol):
    """Anything that makes certificates; see `x509.Signer`."""

    def sign(self, pem: bytes, usages: Sequence[str], until: float) -> bytes:
        """The certificate for a request, in PEM."""


def _itself(change: Change) -> Iterable[str]:
    return () if change.type == "DELETED" else (change.key,)


class CertificateApprovalLoop:
    """Approves the requests of kubelets that have the right to be approved by themselves."""

    name = "csrapproving"

    def __init__(self, api: Api, authorizer: Authorizer) -> None:
        self._api = api
        self._authorizer = authorizer

    def watches(self) -> Mapping[str, Wakes]:
        """Every change of a request."""
        return {COLLECTION: _itself}

    def reconcile(self, key: str) -> Result | None:
        """Approve it, if its requester has the right for this kind of request."""
        request = self._api.get(COLLECTION, "", key)
        if request is None or approving.is_decided(request):
            return None
        subject = x509().subject_of(requests.pem_of(request))
        requester = users.from_json(request["spec"])
        for right, message in approving.automatic(request, subject):
            wish = Attributes("create", GROUP, "*", "certificatesigningrequests", right)
            if self._authorizer.authorize(requester, wish).allowed:
                _note(self._api, request, "Approved", "AutoApproved", message)
                return None
        return None


class CertificateSigningLoop:
    """Signs approved requests that are for a signer of the cluster."""

    name = "csrsigning"

    def __init__(self, api: Api, signer: Signs) -> None:
        self._api = api
        self._signer = signer

    def watches(self) -> Mapping[str, Wakes]:
        """Every change of a request."""
        return {COLLECTION: _itself}

    def reconcile(self, key: str) -> Result | None:
        """Write the certificate, or the condition Failed."""
        request = self._api.get(COLLECTION, "", key)
        if request is None or not approving.is_to_sign(request):
            return None
        spec = request["spec"]
        if not signers.signs(spec["signerName"]):
            return None
        pem, usages = requests.pem_of(request), spec.get("usages") or []
        why = signers.refusal(spec["signerName"], x509().subject_of(pem), usages)
        if why:
            _note(self._api, request, "Failed", "SignerValidationFailure", why)
            return None
        seconds = signers.lasts(spec.get("expirationSeconds"))
        until = self._api.engine.now() / SECOND + seconds
        certificate = b64encode(self._signer.sign(pem, usages, until)).decode()
        status = {**request["status"], "certificate": certificate}
        self._api.update_status({**request, "status": status})
        return None


class CertificateCleanerLoop:
    """Deletes requests an hour after they are done with, or a day after nobody answered."""

    name = "csrcleaner"

    def __init__(self, api: Api) -> None:
        self._api = api

    def watches(self) -> Mapping[str, Wakes]:
        """Every change of a request."""
        return {COLLECTION: _itself}

    def reconcile(self, key: str) -> Result | None:
        """Delete it if it is old enough, else come back when it will be."""
        request = self._api.get(COLLECTION, "", key)
        if request is None:
            return None
        left = (_ends(request) - self._api.engine.now()) / SECOND
        if left > 0:
            return Result(again_after=left)
        self._api.delete(COLLECTION, "", key)
        return None


def _ends(request: Obj) -> Micros:
    status = request.get("status") or {}
    if not approving.is_decided(request):
        return times.parse(metadata(request)["creationTimestamp"]) + _KEPT_WAITING * SECOND
    said = [one[time] for one in status["conditions"] for time in _TIMES if one.get(time)]
    return max(map(times.parse, said)) + _KEPT_WHEN_DONE * SECOND


def _note(api: Api, request: Obj, type_: str, reason: str, message: str) -> None:
    now = times.rfc3339(api.engine.now())
    condition = {
        "type": type_,
        "status": "True",
        "reason": reason,
        "message": message,
        "lastUpdateTime": now,
        "lastTransitionTime": now,
    }
    before = (request.get("status") or {}).get("conditions") or []
    status = {**(request.get("status") or {}), "conditions": [*before, condition]}
    api.update_status({**request, "status": status})
