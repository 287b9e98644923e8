"""Whether a user may do something, as expressions of policies ask.

Source: kubernetes apiserver pkg/cel/library/authz.go.
"""

from collections.abc import Callable
from typing import TypeAlias

from minieks.kube.api.options import UserInfo
from minieks.kube.cel.asking import Answer, Question

May: TypeAlias = Callable[[UserInfo, Question], Answer]


def may_as_master(user: UserInfo, question: Question) -> Answer:
    """Where nothing else decides: the members of system:masters may do everything."""
    return Answer("system:masters" in user.groups and question.service_account is None)
