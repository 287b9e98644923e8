"""The authorizer as the expressions of admission policies ask it.

Source: kubernetes apiserver pkg/cel/library/authz.go, pkg/authentication/serviceaccount/util.go.
"""

from minieks.kube.api.options import UserInfo
from minieks.kube.api.permission import May
from minieks.kube.auth.attributes import Attributes, Authorizer
from minieks.kube.cel.asking import Answer, Question


def asking(authorizer: Authorizer) -> May:
    """What answers the questions of expressions."""

    def may(user: UserInfo, question: Question) -> Answer:
        wish = Attributes(
            question.verb,
            question.group,
            resource=question.resource,
            subresource=question.subresource,
            namespace=question.namespace,
            name=question.name,
            path=question.path,
        )
        decision = authorizer.authorize(_asked_about(user, question), wish)
        return Answer(decision.allowed, decision.reason)

    return may


def _asked_about(user: UserInfo, question: Question) -> UserInfo:
    """The user of the request, or the service account that the question is about."""
    if question.service_account is None:
        return user
    space, name = question.service_account
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{space}", "system:authenticated")
    return UserInfo(f"system:serviceaccount:{space}:{name}", groups=groups)
