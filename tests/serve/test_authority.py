"""Certificates that clients and the server take."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from minieks.serve.authority import Authority
from minieks.serve.tls import client_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_what_an_authority_signs_can_be_verified() -> None:
    authority = Authority.create(NOW)
    own = x509.load_pem_x509_certificate(authority.pair.certificate)

    for pair in (authority.for_server(["localhost"], NOW), authority.for_client("a", [], NOW)):
        x509.load_pem_x509_certificate(pair.certificate).verify_directly_issued_by(own)


def test_a_server_has_the_names_and_addresses_that_it_is_reached_by() -> None:
    pair = Authority.create(NOW).for_server(["localhost", "127.0.0.1", "::1"], NOW)

    found = x509.load_pem_x509_certificate(pair.certificate)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    uses = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    addresses = [str(one) for one in names.get_values_for_type(x509.IPAddress)]
    assert addresses == ["127.0.0.1", "::1"]
    assert list(uses) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_a_client_is_its_common_name_and_its_groups_are_organizations() -> None:
    pair = Authority.create(NOW).for_client("jane", ["dev", "ops"], NOW)

    subject = x509.load_pem_x509_certificate(pair.certificate).subject
    groups = [one.value for one in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    assert subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "jane"
    assert groups == ["dev", "ops"]


def test_a_certificate_is_valid_for_a_year_and_a_little_before() -> None:
    authority = Authority.create(NOW)
    pair = authority.for_client("jane", [], NOW)

    own = x509.load_pem_x509_certificate(authority.pair.certificate)
    found = x509.load_pem_x509_certificate(pair.certificate)
    assert found.not_valid_after_utc == NOW + timedelta(days=365)
    assert found.not_valid_before_utc < NOW
    assert own.not_valid_after_utc > NOW + timedelta(days=3650)


class Secured:
    """A connection whose client has shown this certificate."""

    def __init__(self, subject: object) -> None:
        self._subject = subject

    def getpeercert(self, binary_form: bool = False) -> Any:
        return b"der" if binary_form else self._subject


def test_the_subject_is_read_as_tls_tells_it() -> None:
    subject = ((("organizationName", "dev"),), (("commonName", "jane"),))

    found = client_of(Secured({"subject": subject}))

    assert found is not None
    assert (found.common_name, found.organizations) == ("jane", ("dev",))


def test_a_client_without_a_certificate_is_nobody() -> None:
    assert client_of(Secured({})) is None
    assert client_of(None) is None
