"""Whether a binding is about a user, and how it is told why something is allowed.

Source: kubernetes pkg/registry/rbac/validation/rule.go.
"""

from minieks.kube.api.fields import quoted
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.users import service_account_name
from minieks.kube.words.objects import Obj, name, namespace


def matching(user: UserInfo, binding: Obj) -> Obj | None:
    """The first subject of the binding that the user is, or None."""
    space = namespace(binding)
    for subject in binding.get("subjects") or ():
        if _is(user, subject, space):
            return subject  # type: ignore[no-any-return]  # JSON
    return None


def _is(user: UserInfo, subject: Obj, space: str) -> bool:
    kind, called = subject.get("kind"), str(subject.get("name"))
    if kind == "User":
        return called == user.name
    if kind == "Group":
        return called in user.groups
    if kind != "ServiceAccount":
        return False
    home = str(subject.get("namespace") or space)
    return bool(home) and user.name == service_account_name(home, called)


def described(binding: Obj, subject: Obj) -> str:
    """``RoleBinding "b/ns" of Role "r" to User "u"``."""
    space = namespace(binding)
    role = binding["roleRef"]
    own = f"{name(binding)}/{space}" if space else name(binding)
    return (
        f"{'RoleBinding' if space else 'ClusterRoleBinding'} {quoted(own)}"
        f" of {role['kind']} {quoted(role['name'])} to {_subject(subject, space)}"
    )


def _subject(subject: Obj, space: str) -> str:
    called = str(subject.get("name"))
    if subject.get("kind") == "ServiceAccount":
        called = f"{called}/{subject.get('namespace') or space}"
    return f"{subject.get('kind')} {quoted(called)}"
