"""The kubelet's flags, as bootstrap scripts and nodeadm hand them over.

Source: Kubernetes reference, "kubelet": ``--node-labels``, ``--register-with-taints``,
``--max-pods``, ``--kube-reserved``, ``--system-reserved``, ``--eviction-hard``.
"""

import shlex
from collections.abc import Iterable, Mapping

from minieks.eks.spec import KubeletSpec
from minieks.eks.userdata.settings import NodeSettings, UserDataError, amounts, pairs, pods, taint


def of_text(text: str) -> NodeSettings:
    """The settings of flags in one text, such as that of ``--kubelet-extra-args``."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UserDataError(f"{text!r} cannot be split into flags: {error}") from None
    return of_words(words)


def of_words(words: Iterable[str]) -> NodeSettings:
    """The settings of flags, each with its value behind ``=`` or as the next word."""
    return _settings(named(words))


def named(words: Iterable[str]) -> dict[str, str]:
    """Flags by their names without dashes; of several with one name the last one counts."""
    found: dict[str, str] = {}
    waiting = ""
    for word in words:
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            found[name] = value
            waiting = "" if equals else name
        elif waiting:
            found[waiting] = word
            waiting = ""
    return found


def _settings(flags: Mapping[str, str]) -> NodeSettings:
    said = {name: _without_variables(value) for name, value in flags.items()}
    most = said.get("max-pods")
    kubelet = KubeletSpec(
        amounts(pairs(said.get("kube-reserved", ""))),
        amounts(pairs(said.get("system-reserved", ""))),
        amounts(pairs(said.get("eviction-hard", ""), "<")),
        pairs(said.get("node-labels", "")),
        tuple(taint(one) for one in said.get("register-with-taints", "").split(",") if one),
    )
    return NodeSettings(kubelet, pods(most) if most else None)


def _without_variables(value: str) -> str:
    """The parts of a list that the text itself says: what a shell puts in is not known."""
    return ",".join(one for one in value.split(",") if "$" not in one and "`" not in one)
