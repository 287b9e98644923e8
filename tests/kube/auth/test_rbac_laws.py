"""Laws of rules, whatever they say."""

from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.auth.attributes import Attributes
from minieks.kube.auth.rbac import covers
from minieks.kube.auth.rbac.rules import compiled
from minieks.kube.words.objects import Obj

VERBS = st.sampled_from(["get", "list", "delete", "*"])
GROUPS = st.sampled_from(["", "apps", "*"])
RESOURCES = st.sampled_from(["pods", "pods/log", "*/log", "nodes", "*"])
NAMES = st.sampled_from(["a", "b"])


def _some(words: st.SearchStrategy[str], least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(words, min_size=least, max_size=3, unique=True)


RULES: st.SearchStrategy[Obj] = st.fixed_dictionaries(
    {
        "verbs": _some(VERBS),
        "apiGroups": _some(GROUPS),
        "resources": _some(RESOURCES),
        "resourceNames": _some(NAMES, 0),
    }
)
WISHES = st.builds(
    Attributes,
    verb=st.sampled_from(["get", "list", "delete", "watch"]),
    api_group=st.sampled_from(["", "apps", "batch"]),
    resource=st.sampled_from(["pods", "nodes"]),
    subresource=st.sampled_from(["", "log"]),
    name=st.sampled_from(["", "a", "c"]),
)


@given(owned=st.lists(RULES, max_size=4), wanted=RULES, wish=WISHES)
def test_who_has_all_of_a_rule_may_do_all_that_it_allows(
    owned: list[Obj], wanted: Obj, wish: Attributes
) -> None:
    if compiled(wanted).allows(wish) and not covers.missing(owned, [wanted]):
        assert any(compiled(rule).allows(wish) for rule in owned)


@given(rules=st.lists(RULES, min_size=1, max_size=4))
def test_everybody_has_what_he_has(rules: list[Obj]) -> None:
    assert covers.missing(rules, rules) == []


@given(owned=st.lists(RULES, max_size=3), wanted=st.lists(RULES, max_size=3))
def test_with_what_he_lacks_he_has_it_all(owned: list[Obj], wanted: list[Obj]) -> None:
    lacking = covers.missing(owned, wanted)
    assert covers.missing([*owned, *lacking], wanted) == []
