"""Names, labels and ports are judged in the API server's own words."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.words import names

# Source: kubernetes apimachinery pkg/util/validation/validation_test.go and recorded answers.
GOOD = [
    (names.dns_label, "a"),
    (names.dns_label, "a-1"),
    (names.dns_label, "a" * 63),
    (names.dns_subdomain, "a.b-c.d1"),
    (names.dns_subdomain, "a" * 253),
    (names.dns_1035_label, "web-1"),
    (names.wildcard_subdomain, "*.example.com"),
    (names.qualified_name, "app"),
    (names.qualified_name, "example.com/My_Name.1"),
    (names.label_value, ""),
    (names.label_value, "a_b.C-1"),
    (names.port_name, "http-2"),
    (names.env_var_name, "1a b"),
    (names.config_map_key, ".a"),
    (names.http_header_name, "X-Header-Name"),
    (names.percent, "25%"),
    (names.path_segment, "system:node"),
    (names.ip_address, "2001:db8::1"),
    (names.cidr, "10.0.0.1/8"),
]
BAD = [
    (names.dns_label, "a.b", "must not contain dots"),
    (names.dns_label, "a" * 64, "must be no more than 63 characters"),
    (names.dns_label, "A", "a lowercase RFC 1123 label must consist of"),
    (names.dns_subdomain, "a..b", "a lowercase RFC 1123 subdomain must consist of"),
    (names.dns_1035_label, "1a", "a DNS-1035 label must consist of"),
    (names.wildcard_subdomain, "a.*.b", "a wildcard DNS-1123 subdomain must start with '*.'"),
    (names.qualified_name, "/a", "prefix part must be non-empty"),
    (names.qualified_name, "a/", "name part must be non-empty"),
    (names.qualified_name, "A_/b", "prefix part a lowercase RFC 1123 subdomain"),
    (names.qualified_name, "a/b/c", "a qualified name must consist of"),
    (names.label_value, "b c", "a valid label must be an empty string or consist of"),
    (names.port_name, "a" * 16, "must be no more than 15 characters"),
    (names.port_name, "80", "must contain at least one letter (a-z)"),
    (names.port_name, "a--b", "must not contain consecutive hyphens"),
    (names.port_name, "-a", "must not begin or end with a hyphen"),
    (names.env_var_name, "a=b", "a valid environment variable name must consist only of"),
    (names.config_map_key, "..", "must not be '..'"),
    (names.config_map_key, "..a", "must not start with '..'"),
    (names.percent, "5", "a valid percent string must be"),
    (names.path_segment, "a/b", "may not contain '/'"),
    (names.ip_address, "1.2.3", "must be a valid IP address"),
    (names.cidr, "10.0.0.0", "must be a valid CIDR value"),
]
Check = Callable[[str], names.Complaints]


@pytest.mark.parametrize(("check", "value"), GOOD, ids=[value[:12] for _, value in GOOD])
def test_a_good_name_has_no_complaints(check: Check, value: str) -> None:
    assert check(value) == ()


@pytest.mark.parametrize(("check", "value", "start"), BAD, ids=[text[:30] for _, _, text in BAD])
def test_a_bad_name_is_told_why(check: Check, value: str, start: str) -> None:
    assert any(complaint.startswith(start) for complaint in check(value)), check(value)


@given(st.text(alphabet="ab1-.", max_size=70))
def test_a_label_is_a_subdomain_too(text: str) -> None:
    if not names.dns_label(text):
        assert not names.dns_subdomain(text)
        assert "." not in text


def test_a_regular_expression_is_quoted_with_its_examples() -> None:
    assert names.label_value("b c")[0].endswith(
        "(e.g. 'MyValue',  or 'my_value',  or '12345', "
        "regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
    )
