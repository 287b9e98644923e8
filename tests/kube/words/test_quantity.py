"""Quantities; expected values after kubernetes apimachinery pkg/api/resource/quantity_test.go."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.words import quantity

SUFFIXES = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]


@pytest.mark.parametrize(
    ("text", "milli", "value", "canonical"),
    [
        ("0", 0, 0, "0"),
        ("100m", 100, 1, "100m"),
        ("1000m", 1000, 1, "1"),
        ("1.5", 1500, 2, "1500m"),
        (".5", 500, 1, "500m"),
        ("1.", 1000, 1, "1"),
        ("+2", 2000, 2, "2"),
        ("1Gi", 1073741824000, 1073741824, "1Gi"),
        ("1024Mi", 1073741824000, 1073741824, "1Gi"),
        ("1536Mi", 1610612736000, 1610612736, "1536Mi"),
        ("0.5Gi", 536870912000, 536870912, "512Mi"),
        ("100Ki", 102400000, 102400, "100Ki"),
        ("1.1Ki", 1126400, 1127, "1126400m"),
        ("0.9Ki", 921600, 922, "921600m"),
        ("512", 512000, 512, "512"),
        ("1000", 1000000, 1000, "1k"),
        ("12e6", 12000000000, 12000000, "12e6"),
        ("1e3", 1000000, 1000, "1e3"),
        ("1E3", 1000000, 1000, "1e3"),
        ("1e-3", 1, 1, "1e-3"),
        ("1E", 10**21, 10**18, "1E"),
        ("100n", 1, 1, "100n"),
        ("0.1n", 1, 1, "1n"),
        ("100u", 1, 1, "100u"),
        ("-1.5", -1500, -2, "-1500m"),
        (1, 1000, 1, "1"),
        (0.5, 500, 1, "500m"),
        (" 3 ", 3000, 3, "3"),
        ("9223372036854775808", (2**63 - 1) * 1000, 2**63 - 1, "9223372036854775807"),
    ],
    ids=repr,
)
def test_a_quantity_is_read_and_printed_as_go_does(
    text: quantity.Text, milli: int, value: int, canonical: str
) -> None:
    assert quantity.milli(text) == milli
    assert quantity.value(text) == value
    assert quantity.canonical(text) == canonical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", quantity.FORMAT_WRONG),
        ("1 Gi", quantity.FORMAT_WRONG),
        ("1.2.3", quantity.FORMAT_WRONG),
        ("abc", quantity.FORMAT_WRONG),
        ("1GB", quantity.FORMAT_WRONG),
        ("500MB", quantity.FORMAT_WRONG),
        ("1K", quantity.SUFFIX_WRONG),
        ("1mi", quantity.SUFFIX_WRONG),
        ("1e", quantity.SUFFIX_WRONG),
        ("1MiG", quantity.SUFFIX_WRONG),
        ("٣", quantity.FORMAT_WRONG),
    ],
    ids=repr,
)
def test_what_is_no_quantity_is_refused_in_kubernetes_words(text: str, message: str) -> None:
    with pytest.raises(quantity.InvalidQuantity) as refusal:
        quantity.parse(text)
    assert str(refusal.value) == message


def test_a_resource_list_is_stored_in_whole_thousandths() -> None:
    # kubernetes pkg/apis/core/v1/defaults.go SetDefaults_ResourceList
    assert quantity.stored("100u") == "1m"
    assert quantity.stored("1000m") == "1"


@given(
    st.integers(-(10**9), 10**9),
    st.integers(0, 9),
    st.sampled_from(SUFFIXES),
)
def test_the_canonical_text_says_the_same_and_is_its_own(
    digits: int, decimals: int, suffix: str
) -> None:
    text = f"{Decimal(digits).scaleb(-decimals):f}{suffix}"
    printed = quantity.canonical(text)
    assert quantity.parse(printed) == quantity.parse(text)
    assert quantity.canonical(printed) == printed


@given(st.integers(0, 2**62))
def test_an_amount_survives_its_text(units: int) -> None:
    assert quantity.value(quantity.text_of(units, "binary")) == units
    assert quantity.value(quantity.text_of(units)) == units
