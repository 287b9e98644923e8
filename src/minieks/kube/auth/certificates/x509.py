"""Reads requests for certificates, and signs them; the only module here that loads cryptography.

Source: kubernetes pkg/controller/certificates/signer/signer.go and authority/policies.go.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from minieks.kube.auth.certificates.requests import Subject

_KEY_USAGES: Final = {
    "signing": "digital_signature",
    "digital signature": "digital_signature",
    "content commitment": "content_commitment",
    "key encipherment": "key_encipherment",
    "key agreement": "key_agreement",
    "data encipherment": "data_encipherment",
    "cert sign": "key_cert_sign",
    "crl sign": "crl_sign",
    "encipher only": "encipher_only",
    "decipher only": "decipher_only",
}
_EXTENDED: Final[dict[str, ObjectIdentifier]] = {
    "any": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    "server auth": ExtendedKeyUsageOID.SERVER_AUTH,
    "client auth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "code signing": ExtendedKeyUsageOID.CODE_SIGNING,
    "email protection": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "s/mime": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "timestamping": ExtendedKeyUsageOID.TIME_STAMPING,
    "ocsp signing": ExtendedKeyUsageOID.OCSP_SIGNING,
}
_ARMOUR: Final = b"-----BEGIN CERTIFICATE REQUEST-----"


def problem(pem: bytes) -> str:
    """Why a PEM is no request for a certificate; empty if it is one."""
    if not pem.lstrip().startswith(_ARMOUR):
        return "PEM block type must be CERTIFICATE REQUEST"
    try:
        request = x509.load_pem_x509_csr(pem)
    except ValueError as error:
        return str(error)
    return "" if request.is_signature_valid else "x509: invalid signature"


def subject_of(pem: bytes) -> Subject:
    """Whom the request is for."""
    request = x509.load_pem_x509_csr(pem)
    found = _alternatives(request)
    return Subject(
        common_name="".join(_texts(request, NameOID.COMMON_NAME)[:1]),
        organizations=tuple(_texts(request, NameOID.ORGANIZATION_NAME)),
        dns_names=tuple(found.get_values_for_type(x509.DNSName)),
        addresses=tuple(str(one) for one in found.get_values_for_type(x509.IPAddress)),
        emails=tuple(found.get_values_for_type(x509.RFC822Name)),
        uris=tuple(found.get_values_for_type(x509.UniformResourceIdentifier)),
    )


def _texts(request: x509.CertificateSigningRequest, oid: ObjectIdentifier) -> list[str]:
    return [str(one.value) for one in request.subject.get_attributes_for_oid(oid)]


def _alternatives(request: x509.CertificateSigningRequest) -> x509.SubjectAlternativeName:
    try:
        return request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])


class Signer:
    """The cluster's authority as one that signs what clients ask for; both are PEM."""

    def __init__(self, certificate: bytes, key: bytes) -> None:
        self._own = x509.load_pem_x509_certificate(certificate)
        loaded = serialization.load_pem_private_key(key, None)
        assert isinstance(loaded, EllipticCurvePrivateKey), "the authority's own key"
        self._key = loaded

    def sign(self, pem: bytes, usages: Sequence[str], until: float) -> bytes:
        """The certificate for a request, in PEM, valid until a time (seconds since the epoch).

        It begins with the authority: the cluster's time may be ahead of its clients' clocks.
        """
        request = x509.load_pem_x509_csr(pem)
        end = min(datetime.fromtimestamp(until, UTC), self._own.not_valid_after_utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(request.subject)
            .issuer_name(self._own.subject)
            .public_key(request.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._own.not_valid_before_utc)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._own.public_key()),  # type: ignore[arg-type]  # an EC key
                critical=False,
            )
        )
        wanted = {_KEY_USAGES[usage] for usage in usages if usage in _KEY_USAGES}
        # An extension that allows no use at all makes the certificate invalid.
        if wanted:
            builder = builder.add_extension(_key_usage(wanted), critical=True)
        extended = [_EXTENDED[usage] for usage in usages if usage in _EXTENDED]
        if extended:
            builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=False)
        names = _alternatives(request)
        if list(names):
            builder = builder.add_extension(names, critical=False)
        signed = builder.sign(self._key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM)


def _key_usage(wanted: Collection[str]) -> x509.KeyUsage:
    return x509.KeyUsage(**{field: field in wanted for field in set(_KEY_USAGES.values())})
