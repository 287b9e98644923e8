"""Finding the pod of a run that is meant by what somebody typed."""

from collections.abc import Callable, Sequence

from minieks.data.nearest import did_you_mean
from minieks.engine.errors import UserError
from minieks.kube.kinds.registry import BUILT_IN
from minieks.scenario.observe.attempts import PodNote

_SHOWN = 20

# Every way to write a kind, as kubectl takes it: deployment, deployments, deploy.
_KINDS = {
    word.lower(): kind.kind
    for kind in BUILT_IN
    for word in (kind.kind, kind.plural, *kind.short_names)
}


def find(pods: Sequence[PodNote], text: str) -> PodNote:
    """The one pod that ``text`` names: ``NAME``, ``NAMESPACE/NAME``, a workload, or a beginning.

    A workload is ``deployment/web`` or ``shop/deployment/web``. UserError names the candidates if
    there are several, or the nearest names if there is none.
    """
    for is_meant in (_exactly(text), _of_workload(text), _beginning(text)):
        found = [pod for pod in pods if is_meant(pod)]
        if len(found) == 1:
            return found[0]
        if found:
            raise _several(text, found)
    names = {word.lower(): word for pod in pods for word in _names(pod)}
    raise UserError(
        f"the run had no pod {text!r}",
        hint=did_you_mean(text, names, "name a pod, or a workload as deployment/web"),
    )


def _exactly(text: str) -> Callable[[PodNote], bool]:
    return lambda pod: text in (pod.key, pod.name)


def _of_workload(text: str) -> Callable[[PodNote], bool]:
    """Pods of the workload, if the text names one: ``[NAMESPACE/]KIND/NAME``."""
    *space, kind_word, name = ["", *text.split("/")][-3:] if "/" in text else ["", "", ""]
    kind = _KINDS.get(kind_word.lower())
    spaces = [word for word in space if word]
    return lambda pod: (
        (pod.kind, pod.workload) == (kind, name) and (not spaces or spaces == [pod.namespace])
    )


def _beginning(text: str) -> Callable[[PodNote], bool]:
    if "/" in text:
        return lambda pod: pod.key.startswith(text)
    return lambda pod: pod.name.startswith(text)


def _names(pod: PodNote) -> tuple[str, ...]:
    """What one may have meant to type, without the namespace and with it."""
    workload = f"{pod.kind.lower()}/{pod.workload}"
    return pod.name, pod.key, workload, f"{pod.namespace}/{workload}"


def _several(text: str, found: Sequence[PodNote]) -> UserError:
    lines = [f"  {pod.key} ({pod.kind}/{pod.workload})" for pod in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(f"  … and {len(found) - _SHOWN} more")
    return UserError(
        f"{text!r} means {len(found)} pods of the run", hint="\n".join(["name one of", *lines])
    )
