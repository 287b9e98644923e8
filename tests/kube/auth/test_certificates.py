"""Requests for certificates (kubernetes pkg/controller/certificates, registry/certificates)."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.errors import ApiError
from minieks.kube.api.options import UserInfo, WriteOptions
from minieks.kube.api.server import Api
from minieks.kube.auth.certificates import requests, signers
from minieks.kube.auth.certificates.approving import problems, timed
from minieks.kube.auth.certificates.requests import COLLECTION, Subject
from minieks.kube.auth.certificates.x509 import Signer
from minieks.kube.auth.services import Auth
from minieks.kube.words.objects import Obj
from minieks.kube.words.times import rfc3339
from rbac_objects import binding, subject

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
NODE = UserInfo("system:node:n", groups=("system:nodes", "system:authenticated"))
CLIENT_USAGES = ["digital signature", "client auth"]
APPROVED = {"type": "Approved", "status": "True", "reason": "KubectlApprove"}
DENIED = {"type": "Denied", "status": "True"}


def _name(common_name: str, organizations: Sequence[str]) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, one) for one in organizations]
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _authority() -> tuple[bytes, bytes]:
    name = _name("kubernetes", [])
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 1)
    builder = builder.not_valid_before(BEGAN).not_valid_after(BEGAN + timedelta(days=3650))
    own = builder.sign(KEY, hashes.SHA256())
    pem = KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return own.public_bytes(serialization.Encoding.PEM), pem


CERTIFICATE, PRIVATE = _authority()


def _request(common_name: str, *organizations: str, dns: Sequence[str] = ()) -> str:
    builder = x509.CertificateSigningRequestBuilder(_name(common_name, organizations))
    if dns:
        names = x509.SubjectAlternativeName([x509.DNSName(one) for one in dns])
        builder = builder.add_extension(names, critical=False)
    pem = builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return b64encode(pem).decode()


def _csr(request: str, signer: str = requests.CLIENT, **spec: object) -> Obj:
    return {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": "csr"},
        "spec": {"request": request, "signerName": signer, "usages": CLIENT_USAGES, **spec},
    }


class World:
    """A cluster that signs."""

    def __init__(self) -> None:
        at = int((BEGAN + timedelta(days=1)).timestamp()) * SECOND
        self.api = Api(Engine(VirtualClock(at)), "1.34")
        bootstrap(self.api)
        Auth(self.api).start(CERTIFICATE.decode(), Signer(CERTIFICATE, PRIVATE))

    def ask(self, csr: Obj, user: UserInfo = NODE) -> Obj:
        made = self.api.create(csr, options=WriteOptions(user))
        self.run(1)
        return made

    def run(self, seconds: float) -> None:
        self.api.engine.run(self.api.engine.now() + int(seconds * SECOND))

    def approve(self, **times: str) -> None:
        old = self.stored()
        assert old is not None
        new = {**old, "status": {"conditions": [{**APPROVED, **times}]}}
        self.api.update_status(timed(new, old, rfc3339(self.api.engine.now())))
        self.run(1)

    def stored(self) -> Obj | None:
        return self.api.get(COLLECTION, "", "csr")

    def certificate(self) -> x509.Certificate | None:
        found = ((self.stored() or {}).get("status") or {}).get("certificate")
        return x509.load_pem_x509_certificate(b64decode(found)) if found else None


@pytest.fixture
def world() -> World:
    return World()


def test_a_request_notes_who_asks_whatever_it_says_itself(world: World) -> None:
    made = world.ask(_csr(_request("jane"), username="admin", groups=["system:masters"]))
    assert made["spec"]["username"] == "system:node:n"
    assert made["spec"]["groups"] == ["system:nodes", "system:authenticated"]


def test_what_is_approved_is_signed_for_its_subject_and_usages(world: World) -> None:
    world.ask(_csr(_request("jane", "dev"), expirationSeconds=7200))
    assert world.certificate() is None
    world.approve()
    found = world.certificate()
    assert found is not None
    assert found.subject == _name("jane", ["dev"])
    usage = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert found.not_valid_before_utc == BEGAN
    assert found.not_valid_after_utc == BEGAN + timedelta(days=1, seconds=7200 + 1)
    own = x509.load_pem_x509_certificate(CERTIFICATE)
    found.verify_directly_issued_by(own)


def test_a_certificate_without_uses_of_its_key_says_nothing_of_them(world: World) -> None:
    world.ask(_csr(_request("jane"), usages=["client auth"]))
    world.approve()
    found = world.certificate()
    assert found is not None
    with pytest.raises(x509.ExtensionNotFound):
        found.extensions.get_extension_for_class(x509.KeyUsage)


def test_a_signer_of_somebody_else_is_left_alone(world: World) -> None:
    world.ask(_csr(_request("jane"), "example.com/signer"))
    world.approve()
    assert world.certificate() is None


def test_a_request_that_its_signer_does_not_sign_fails(world: World) -> None:
    world.ask(_csr(_request("system:node:n"), requests.KUBELET_SERVING))
    world.approve()
    stored = world.stored()
    assert stored is not None
    failed = stored["status"]["conditions"][1]
    assert (failed["type"], failed["reason"], failed["message"]) == (
        "Failed",
        "SignerValidationFailure",
        "DNS or IP subjectAltName is required",
    )


def test_a_kubelet_with_the_right_is_approved_by_itself(world: World) -> None:
    right = "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient"
    group = subject("Group", "system:nodes", apiGroup="rbac.authorization.k8s.io")
    world.api.create(binding("renew", ("ClusterRole", right), group))
    world.ask(_csr(_request("system:node:n", "system:nodes"), requests.KUBELET_CLIENT))
    stored = world.stored()
    assert stored is not None
    condition = stored["status"]["conditions"][0]
    assert condition["reason"] == "AutoApproved"
    assert condition["message"] == (
        "Auto approving self kubelet client certificate after SubjectAccessReview."
    )
    assert world.certificate() is not None


def test_requests_are_cleared_away_when_they_are_done_with_or_a_day_old(world: World) -> None:
    world.ask(_csr(_request("jane")))
    world.run(23 * 3600)
    assert world.stored() is not None
    world.run(3600)
    assert world.stored() is None
    world.ask(_csr(_request("jane")))
    world.approve()
    world.run(3590)
    assert world.stored() is not None
    world.run(10)
    assert world.stored() is None


def test_an_approval_is_as_old_as_the_clusters_clock_says(world: World) -> None:
    """kubectl writes lastUpdateTime by its own clock, which may be hours behind the cluster's."""
    world.ask(_csr(_request("jane")))
    world.approve(lastUpdateTime=BEGAN.strftime("%Y-%m-%dT%H:%M:%SZ"))
    world.run(3590)
    assert world.stored() is not None
    world.run(10)
    assert world.stored() is None


@pytest.mark.parametrize(
    ("csr", "message"),
    [
        pytest.param(
            _csr(b64encode(b"x").decode()),
            'CertificateSigningRequest.certificates.k8s.io "csr" is invalid: spec.request: Invalid'
            ' value: "eA==": PEM block type must be CERTIFICATE REQUEST',
            id="no-request",
        ),
        pytest.param(
            _csr(_request("jane"), usages=[]),
            'CertificateSigningRequest.certificates.k8s.io "csr" is invalid: spec.usages: Required'
            " value",
            id="no-usages",
        ),
        pytest.param(
            _csr(_request("jane"), expirationSeconds=5),
            'CertificateSigningRequest.certificates.k8s.io "csr" is invalid:'
            " spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600"
            " seconds (10 minutes)",
            id="short",
        ),
        pytest.param(
            _csr(_request("jane", "system:masters")),
            'certificatesigningrequests.certificates.k8s.io "csr" is forbidden: use of'
            " kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed",
            id="masters",
        ),
    ],
)
def test_a_bad_request_is_refused(world: World, csr: Obj, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        world.ask(csr)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("signer", "asked", "usages", "why"),
    [
        (requests.CLIENT, Subject("jane"), CLIENT_USAGES, ""),
        (
            requests.CLIENT,
            Subject("jane"),
            ["server auth"],
            "usages did not match [client auth digital signature key encipherment]",
        ),
        (
            requests.KUBELET_CLIENT,
            Subject("system:node:n", ("system:nodes",), dns_names=("n",)),
            CLIENT_USAGES,
            "DNS subjectAltNames are not allowed",
        ),
        (
            requests.KUBELET_CLIENT,
            Subject("system:node:n", ("dev",)),
            CLIENT_USAGES,
            "subject organization is not system:nodes",
        ),
        (
            requests.KUBELET_SERVING,
            Subject("system:node:n", ("system:nodes",), dns_names=("n",)),
            ["server auth", "key encipherment"],
            "",
        ),
        (signers.EKS_SERVING, Subject("web", dns_names=("web",)), ["server auth"], ""),
        (requests.LEGACY_UNKNOWN, Subject("x"), ["any"], ""),
    ],
)
def test_each_signer_signs_what_it_is_for(
    signer: str, asked: Subject, usages: Sequence[str], why: str
) -> None:
    assert signers.refusal(signer, asked, usages) == why


@pytest.mark.parametrize(
    ("asked", "seconds"), [(None, 31536000), (7200, 7200), (99999999, 31536000)]
)
def test_a_certificate_lasts_a_year_at_most(asked: int | None, seconds: int) -> None:
    assert signers.lasts(asked) == seconds


def test_only_who_may_approve_for_a_signer_approves(world: World) -> None:
    world.ask(_csr(_request("jane")))
    stored = world.stored()
    assert stored is not None
    options = WriteOptions(UserInfo("u1"), subresource="approval")
    with pytest.raises(ApiError) as caught:
        world.api.update(stored, options=options)
    assert caught.value.message == (
        'certificatesigningrequests.certificates.k8s.io "csr" is forbidden: user not permitted to'
        ' approve requests with signerName "kubernetes.io/kube-apiserver-client"'
    )


@pytest.mark.parametrize(
    ("before", "after", "subresource", "complaints"),
    [
        ([], [APPROVED], "approval", []),
        (
            [],
            [APPROVED],
            "status",
            ['status.conditions: Forbidden: updates may not add a condition of type "Approved"'],
        ),
        (
            [APPROVED],
            [],
            "approval",
            ['status.conditions: Forbidden: updates may not remove a condition of type "Approved"'],
        ),
        (
            [],
            [APPROVED, DENIED],
            "approval",
            [
                'status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions'
                " are mutually exclusive"
            ],
        ),
        (
            [],
            [{"type": "Approved", "status": "False"}],
            "approval",
            ['status.conditions[0].status: Unsupported value: "False": supported values: "True"'],
        ),
    ],
)
def test_an_approval_is_for_good(
    before: list[Obj], after: list[Obj], subresource: str, complaints: list[str]
) -> None:
    old, new = ({"status": {"conditions": each}} for each in (before, after))
    assert [str(one) for one in problems(new, old, subresource)] == complaints


def test_conditions_get_the_times_that_the_client_left_out() -> None:
    old = {"status": {"conditions": [{**APPROVED, "lastTransitionTime": "then"}]}}
    new = {"status": {"conditions": [APPROVED, {"type": "X", "lastUpdateTime": "sent"}]}}
    first, second = timed(new, old, "now")["status"]["conditions"]
    assert (first["lastTransitionTime"], first["lastUpdateTime"]) == ("then", "now")
    assert (second["lastTransitionTime"], second["lastUpdateTime"]) == ("now", "sent")
