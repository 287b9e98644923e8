"""What is said of expressions that cannot be compiled. Source of the texts: cel-go."""

import pytest

from minieks.kube.cel import terms
from minieks.kube.cel.environment import CompileError, Environment
from minieks.kube.cel.schema_types import declared

_EXPRESSION = (
    "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING,"
    " BYTES, IDENTIFIER}"
)
_OBJECT = declared({"type": "object", "properties": {"a": {"type": "string"}}}, "selfType")
assert _OBJECT is not None
ENVIRONMENT = Environment(
    {
        "self": _OBJECT.term,
        "n": terms.INT,
        "s": terms.STRING,
        "l": terms.list_of(terms.INT),
    }
)


@pytest.mark.parametrize(
    ("source", "place", "text"),
    [
        ("n ==", "1:5", f"Syntax error: mismatched input '<EOF>' expecting {_EXPRESSION}"),
        ("(n", "1:3", "Syntax error: missing ')' at '<EOF>'"),
        ("n $ 1", "1:3", "Syntax error: token recognition error at: '$'"),
        ("zz", "1:1", "undeclared reference to 'zz' (in container '')"),
        ("zz(1)", "1:3", "undeclared reference to 'zz' (in container '')"),
        ("self.zz > 1", "1:5", "undefined field 'zz'"),
        ("n.x", "1:2", "type 'int' does not support field selection"),
        ("size(1)", "1:5", "found no matching overload for 'size' applied to '(int)'"),
        ("n == s", "1:3", "found no matching overload for '_==_' applied to '(int, string)'"),
        ("s.size(1)", "1:7", "found no matching overload for 'size' applied to 'string.(int)'"),
        ("n == null", "1:3", "found no matching overload for '_==_' applied to '(int, null)'"),
        ("[1, 'a']", "1:5", "expected type 'int' but found 'string'"),
        (
            "n.all(x, true)",
            "1:1",
            "expression of type 'int' cannot be range of a comprehension "
            "(must be list, map, or dynamic)",
        ),
        ("l.all(1, true)", "1:7", "argument must be a simple name"),
        ("has(n)", "1:4", "invalid argument to has() macro"),
        ("namespace", "1:1", "reserved identifier: namespace"),
        ("s.matches('[')", "1:11", "invalid matches argument"),
        ("duration('1x')", "1:10", "invalid duration argument"),
        ("true &&\n  zz", "2:3", "undeclared reference to 'zz' (in container '')"),
    ],
)
def test_mistakes_are_told_with_their_place(source: str, place: str, text: str) -> None:
    with pytest.raises(CompileError) as caught:
        ENVIRONMENT.compile(source)
    first, line, mark = str(caught.value).split("\n")[:3]
    assert first == f"ERROR: <input>:{place}: {text}"
    assert line == f" | {source.split(chr(10))[int(place[0]) - 1]}"
    assert mark == f" | {'.' * (int(place.split(':')[1]) - 1)}^"


def test_nesting_has_an_end() -> None:
    with pytest.raises(CompileError, match="recursion limit"):
        ENVIRONMENT.compile("(" * 400 + "1" + ")" * 400)


def test_very_long_expressions_are_refused() -> None:
    with pytest.raises(CompileError, match="expression code point size exceeds limit"):
        ENVIRONMENT.compile("1" + " " * 100_000)
