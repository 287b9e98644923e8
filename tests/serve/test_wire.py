"""HTTP in bytes."""

import pytest

from minieks.kube.rest.http import Response
from minieks.serve import wire


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", (), id="none"),
        pytest.param("watch", (("watch", ""),), id="without a value"),
        pytest.param("a=1&a=2", (("a", "1"), ("a", "2")), id="twice"),
        pytest.param("l=a%3Db%2Cc+d", (("l", "a=b,c d"),), id="encoded"),
        pytest.param("&&a=b=c&", (("a", "b=c"),), id="empty parts"),
    ],
)
def test_a_query_is_read(text: str, found: tuple[tuple[str, str], ...]) -> None:
    assert wire.query_of(text) == found


def test_a_target_keeps_its_encoding() -> None:
    assert wire.target_of(b"/api/v1/a%2Fb?x=1") == ("/api/v1/a%2Fb", "x=1")
    assert wire.target_of(b"https://host:1/api") == ("/api", "")


@pytest.mark.parametrize("target", [b"*", b"host:443", b"ftp://x/y", b"/\xff"])
def test_what_is_no_target_is_refused(target: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - also UnicodeDecodeError
        wire.target_of(target)


def test_a_whole_answer() -> None:
    answer = Response(404, (("Content-Type", "text/plain"),), b"no")

    (found,) = wire.whole(answer, "now", closing=True, without_body=False)
    assert found == (
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nDate: now\r\n"
        b"Connection: close\r\nContent-Length: 2\r\n\r\nno"
    )


def test_a_long_body_is_not_copied() -> None:
    body = b"x" * 100_000

    begin, rest = wire.whole(Response(200, (), body), "now", closing=False, without_body=False)

    assert rest is body
    assert begin.endswith(b"Content-Length: 100000\r\n\r\n")


def test_head_gets_the_length_alone() -> None:
    (found,) = wire.whole(Response(200, (), b"abc"), "now", closing=False, without_body=True)

    assert found.endswith(b"Content-Length: 3\r\n\r\n")


def test_no_content_has_no_length() -> None:
    (found,) = wire.whole(Response(204, (), b""), "now", closing=False, without_body=False)

    assert b"Content-Length" not in found


def test_a_chunk_tells_its_size_in_hexadecimal() -> None:
    assert wire.chunk(b"x" * 17) == b"11\r\n" + b"x" * 17 + b"\r\n"
