"""A certificate authority of a cluster's own, and the certificates that it signs.

As in a real cluster, one authority vouches for the API server to its clients and for the clients to
the API server. Keys are ECDSA on P-256: made in a millisecond, and every client takes them. The
validity follows the machine's clock, not the cluster's: it is the client's machine that checks it.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_YEARS_OF_AUTHORITY = timedelta(days=3652)
_YEAR = timedelta(days=365)
_CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""kubernetes client-go util/cert lets certificates begin a little earlier, for the same reason."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, both in PEM."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates; ``pair`` is what is kept, to go on as the same authority later."""

    pair: KeyPair

    @classmethod
    def create(cls, now: datetime, name: str = "kubernetes") -> "Authority":
        """A new authority, valid for ten years; ``now`` has a zone."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        builder = (
            _builder(subject, subject, key.public_key(), now, _YEARS_OF_AUTHORITY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(_own_identifier(key.public_key()), critical=False)
        )
        certificate = builder.sign(key, hashes.SHA256())
        return cls(_pem(certificate, key))

    def for_server(self, hosts: Iterable[str], now: datetime) -> KeyPair:
        """A certificate for an API server that is reached by these names and addresses."""
        alternatives = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        return self._signed(
            _name("kube-apiserver"), ExtendedKeyUsageOID.SERVER_AUTH, now, [alternatives]
        )

    def for_client(self, user: str, groups: Sequence[str], now: datetime) -> KeyPair:
        """A certificate that says who a client is: the user's name and groups."""
        return self._signed(_name(user, groups), ExtendedKeyUsageOID.CLIENT_AUTH, now, [])

    def _signed(
        self,
        subject: x509.Name,
        purpose: x509.ObjectIdentifier,
        now: datetime,
        extensions: Sequence[x509.ExtensionType],
    ) -> KeyPair:
        own = x509.load_pem_x509_certificate(self.pair.certificate)
        signer = serialization.load_pem_private_key(self.pair.key, None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey), "the key that `create` has made"
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            _builder(subject, own.subject, key.public_key(), now, _YEAR)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(_identifier_of(signer.public_key()), critical=False)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return _pem(builder.sign(signer, hashes.SHA256()), key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER_BY)
        .not_valid_after(now + lasts)
    )


def _name(common_name: str, organizations: Sequence[str] = ()) -> x509.Name:
    """A subject; Kubernetes reads the common name as the user, organizations as its groups."""
    groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in organizations]
    return x509.Name([*groups, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _own_identifier(key: ec.EllipticCurvePublicKey) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier.from_public_key(key)


def _identifier_of(key: ec.EllipticCurvePublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _pem(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> KeyPair:
    return KeyPair(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
