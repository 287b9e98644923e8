"""What expressions are worth. Source of the cases: cel-spec doc/langdef.md and Kubernetes' docs."""

from typing import Any

import pytest

from minieks.kube.cel import terms
from minieks.kube.cel.environment import CostExceeded, Environment, EvaluationError
from minieks.kube.cel.frames import Steps
from minieks.kube.cel.values import Duration, UInt

ENVIRONMENT = Environment(
    {
        "self": terms.DYN,
        "n": terms.INT,
        "l": terms.list_of(terms.INT),
        "s": terms.STRING,
        "d": terms.DYN,
    }
)
VALUES = {
    "self": {"a": 1, "b": 2, "l": [1, 2], "m": {"x": {"y": True}}, "null": None},
    "n": 1,
    "l": [1, 2, 3],
    "s": "aaa",
    "d": 2.0,
}


def value(source: str) -> Any:
    return ENVIRONMENT.compile(source).evaluate(VALUES)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3 - 4 / 2", 5),
        ("-7 / 2", -3),
        ("-7 % 2", -1),
        ("7u / 2u", 3),
        ("1.5 * 2.0", 3.0),
        ("0x10 == 16 && 1u == uint(1)", True),
        ("'a' + \"b\" + r'\\c' + '''d'''", "ab\\cd"),
        ("'\\u00e9\\x41\\n'", "éA\n"),
        ("b'ab' == bytes('ab')", True),
        ("!!true && !(1 > 2)", True),
        ("n > 1 ? 'a' : n == 1 ? 'b' : 'c'", "b"),
        ("1 in l && !(9 in [1, 2]) && 'a' in self", True),
        ("self.m.x.y && self['m']['x']['y']", True),
        ("has(self.a) && !has(self.zz)", True),
        ("self['null'] == null", True),
        ("dyn(1) == 1.0 && d == 2 && 1 < 2.5", True),
        ("[1, 2] == [1, 2] && {'a': 1} == {'a': 1}", True),
        ("{'a': 1, 'b': 2}['b']", 2),
        ("type(1) == int && type('') == string && type(type(1)) == type", True),
        ("int('42') + int(2.9) + int(3u)", 47),
        ("string(1.0) + string(2) + string(true) + string(1.5)", "12true1.5"),
        ("double('1e3')", 1000.0),
        ("size('é') + size([1]) + size({}) + 'ab'.size()", 4),
        ("timestamp('2024-02-03T04:05:06Z').getMonth()", 1),
        ("timestamp('2024-02-03T04:05:06Z').getHours('+02:00')", 6),
        ("timestamp('2024-02-03T04:05:06Z') + duration('1h') > timestamp(0)", True),
        ("string(duration('1h30m'))", "5400s"),
        ("duration('1h').getMinutes()", 60),
    ],
)
def test_expressions_have_their_values(source: str, expected: Any) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("l.all(x, x > 0) && l.exists(x, x == 2) && l.exists_one(x, x == 3)", True),
        ("l.map(x, x * 2)", [2, 4, 6]),
        ("l.map(x, x > 1, x * 2)", [4, 6]),
        ("l.filter(x, x % 2 == 1)", [1, 3]),
        ("{'a': 1, 'b': 2}.map(k, k)", ["a", "b"]),
        ("l.all(i, v, i < v)", True),
        ("{'a': 1}.transformList(k, v, k + string(v))", ["a1"]),
        ("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)", {"b": 20}),
        ("l.transformMapEntry(i, v, {string(v): i})", {"1": 0, "2": 1, "3": 2}),
        ("l.exists(x, x / 0 == 1 || true)", True),
        ("[[1, 2], [3]].map(x, x.map(y, y + n))", [[2, 3], [4]]),
    ],
)
def test_macros_go_over_lists_and_maps(source: str, expected: Any) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("self.?a.orValue(5) + self.?zz.orValue(5)", 6),
        ("self.?m.?x.?y.hasValue() && !self.?zz.?y.hasValue()", True),
        ("[?self.?zz, ?self.?a]", [1]),
        ("{?'k': self.?a, ?'z': self.?zz}", {"k": 1}),
        ("self.?a.optMap(x, x + 1).value()", 2),
        ("self.?zz.optFlatMap(x, optional.of(x)).hasValue()", False),
        ("l[?5].orValue(0) + l[?0].orValue(0)", 1),
        ("optional.ofNonZeroValue('').or(optional.of('x')).value()", "x"),
    ],
)
def test_optionals(source: str, expected: Any) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("s.matches('^a+$') && matches(s, 'a')", True),
        ("'a1b22'.find('[0-9]+') + 'a1b22'.findAll('[0-9]+')[1]", "122"),
        ("'abc'.charAt(1) + 'abc'.substring(1) + 'abc'.substring(0, 1)", "bbca"),
        ("'abcb'.indexOf('b') + 'abcb'.lastIndexOf('b') + 'abcb'.indexOf('b', 2)", 7),
        ("'a,b'.split(',') + 'abc'.split('', 2)", ["a", "b", "a", "bc"]),
        ("['a', 'b'].join('-') + ' X '.trim().lowerAscii() + 'aa'.replace('a', 'b', 1)", "a-bxba"),
        ("'%s %d %.2f %x %b %o'.format([dyn('a'), 1, 1.5, 255, 5, 8])", "a 1 1.50 ff 101 10"),
        ("'%s'.format([[1, 2]]) + '%s'.format([{'a': 1}])", "[1, 2]{a: 1}"),
        ("strings.quote('a\"b')", '"a\\"b"'),
        ("l.sum() + l.max() + l.min() + l.indexOf(2)", 11),
        ("l.isSorted() && ![2, 1].isSorted()", True),
        (
            "sets.contains(l, [1]) && sets.intersects(l, [9, 1]) && sets.equivalent([1, 1], [1])",
            True,
        ),
        ("quantity('1Gi').isGreaterThan(quantity('500Mi')) && isQuantity('1k')", True),
        ("quantity('1500m').add(1).asApproximateFloat()", 2.5),
        ("url('https://a.b:80/x?q=1').getHost() + url('/p').getEscapedPath()", "a.b:80/p"),
        ("url('https://a/?q=1&q=2').getQuery()['q']", ["1", "2"]),
        ("ip('::1').isLoopback() && ip('10.0.0.1').family() == 4 && !isIP('1.2.3')", True),
        ("cidr('10.0.0.0/8').containsIP('10.1.2.3') && isCIDR('::/0')", True),
        ("cidr('10.1.0.0/16').containsCIDR('10.1.2.0/24')", True),
        ("string(cidr('10.1.2.3/16').masked())", "10.1.0.0/16"),
        ("!format.dns1123Label().validate('a-b').hasValue()", True),
        ("format.named('uuid').hasValue() && !format.named('nope').hasValue()", True),
        ("semver('1.2.3').isLessThan(semver('1.10.0')) && semver('v1.2', true).minor() == 2", True),
        ("semver('1.0.0-rc.1').compareTo(semver('1.0.0'))", -1),
    ],
)
def test_kubernetes_libraries(source: str, expected: Any) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("self.zz == 1", "no such key: zz"),
        ("{'a': 1}['b']", "no such key: b"),
        ("l[9]", "index out of bounds: 9"),
        ("1 / (n - 1)", "division by zero"),
        ("1 % (n - 1)", "modulus by zero"),
        ("9223372036854775807 + n", "integer overflow"),
        ("self.a + self.m", "no such overload"),
        ("int(s)", 'strconv.ParseInt: parsing "aaa": invalid syntax'),
        ("quantity(s).asInteger() > 0", "quantities must match the regular expression"),
        ("optional.none().value()", "optional.none() dereference"),
        ("self.zz == 1 && true", "no such key: zz"),
        ("l.all(x, self.zz == x)", "no such key: zz"),
        ("s.matches(s + '[')", "error parsing regexp: missing closing ]: `[`"),
        ("[1, 2].filter(x, self.a)", "no such overload"),
    ],
)
def test_errors_have_the_words_of_cel_go(source: str, error: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        value(source)
    assert str(caught.value).startswith(error)


@pytest.mark.parametrize(
    "source", ["self.zz == 1 || true", "true || self.zz == 1", "!(false && self.zz == 1)"]
)
def test_what_decides_absorbs_the_error_of_the_other_side(source: str) -> None:
    assert value(source) is True


def test_a_loop_that_goes_on_too_long_is_stopped() -> None:
    program = ENVIRONMENT.compile("l.all(x, l.all(y, l.all(z, x + y + z > 0)))")
    with pytest.raises(CostExceeded, match="actual cost limit exceeded"):
        program.evaluate({**VALUES, "l": list(range(1, 1000))}, Steps(10_000))


def test_unsigned_integers_and_durations_keep_their_types() -> None:
    assert type(value("1u + 2u")) is UInt
    assert value("duration('1s') + duration('1ms')") == Duration(1_001_000_000)
