"""Patterns as Go reads them. Source of the texts: Go's regexp/syntax."""

import pytest

from minieks.kube.words.regex import InvalidPattern, compiled


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("[", "error parsing regexp: missing closing ]: `[`"),
        ("(", "error parsing regexp: missing closing ): `(`"),
        ("a**", "error parsing regexp: invalid nested repetition operator: `**`"),
        ("*a", "error parsing regexp: missing argument to repetition operator: `*`"),
        ("a{2000}", "error parsing regexp: invalid repeat count: `{2000}`"),
        ("(?=x)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"),
    ],
)
def test_a_pattern_that_is_none_is_refused_with_go_s_words(pattern: str, text: str) -> None:
    with pytest.raises(InvalidPattern) as caught:
        compiled(pattern)
    assert str(caught.value) == text


def test_all_finds_every_place() -> None:
    assert list(compiled("a.").all("abacad")) == ["ab", "ac", "ad"]
