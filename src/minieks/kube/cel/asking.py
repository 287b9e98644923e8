"""Questions about what a user may do, and their answers.

Source: kubernetes apiserver pkg/cel/library/authz.go.
"""

from typing import NamedTuple


class Answer(NamedTuple):
    """Whether it is allowed, why, and what went wrong."""

    allowed: bool
    reason: str = ""
    error: str = ""


class Question(NamedTuple):
    """What would be done: to a resource, or to a path if there is one.

    ``service_account`` (namespace, name) is asked about instead of the user, if it is there.
    """

    verb: str
    path: str = ""
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    field_selector: str = ""
    label_selector: str = ""
    service_account: tuple[str, str] | None = None
