"""The authorizer as expressions ask it."""

from minieks.kube.api.options import UserInfo
from minieks.kube.auth.asking import asking
from minieks.kube.auth.attributes import Attributes, Decision, Rules
from minieks.kube.cel.asking import Question


class _Noting:
    """Allows what has to do with pods, and notes who asks for what."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Attributes]] = []

    def authorize(self, user: UserInfo, wish: Attributes) -> Decision:
        self.asked.append((user.name, wish))
        return Decision(wish.resource == "pods", "because")

    def rules_for(self, user: UserInfo, space: str) -> Rules:
        raise AssertionError("nobody asks for rules here")


def test_questions_are_about_the_user_or_a_service_account() -> None:
    noting = _Noting()
    may = asking(noting)
    question = Question("get", resource="pods", namespace="a", name="p")
    assert may(UserInfo("jane"), question).allowed
    other = question._replace(resource="secrets", service_account=("ns", "robot"))
    assert not may(UserInfo("jane"), other).allowed
    wish = Attributes("get", resource="pods", namespace="a", name="p")
    assert noting.asked == [
        ("jane", wish),
        ("system:serviceaccount:ns:robot", wish._replace(resource="secrets")),
    ]
