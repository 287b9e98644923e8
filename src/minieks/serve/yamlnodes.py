"""Small changes to a YAML document that keep every other value as it was written."""

from collections.abc import Mapping, Sequence

import yaml
from yaml.representer import SafeRepresenter

_NULL = "tag:yaml.org,2002:null"
_STRING = "tag:yaml.org,2002:str"
_LIST = "tag:yaml.org,2002:seq"


def _pair(config: yaml.MappingNode, key: str) -> int | None:
    """Where in the mapping the key is."""
    for number, (name, _) in enumerate(config.value):
        if name.value == key:
            return number
    return None


def _set(config: yaml.MappingNode, key: str, value: yaml.Node) -> None:
    at = _pair(config, key)
    if at is None:
        config.value.append((yaml.ScalarNode(_STRING, key), value))
    else:
        config.value[at] = (config.value[at][0], value)


def scalar_at(config: yaml.MappingNode, key: str) -> str:
    """The text of a key's value; empty if there is none."""
    at = _pair(config, key)
    value = None if at is None else config.value[at][1]
    if not isinstance(value, yaml.ScalarNode) or value.tag == _NULL:
        return ""
    return str(value.value)


def set_scalar(config: yaml.MappingNode, key: str, text: str) -> None:
    """Give a key a text."""
    _set(config, key, yaml.ScalarNode(_STRING, text, style=None if text else '"'))


def _list_at(config: yaml.MappingNode, key: str) -> yaml.SequenceNode:
    """The list of a key, which is made if there is none."""
    at = _pair(config, key)
    found = None if at is None else config.value[at][1]
    if not isinstance(found, yaml.SequenceNode):
        found = yaml.SequenceNode(_LIST, [])
        _set(config, key, found)
    return found


def _is_named(node: yaml.Node, names: Sequence[str]) -> bool:
    return isinstance(node, yaml.MappingNode) and scalar_at(node, "name") in names


def entry_at(config: yaml.MappingNode, key: str, name: str) -> yaml.Node | None:
    """The entry of a list whose ``name`` it is; None if there is none."""
    return next((node for node in _list_at(config, key).value if _is_named(node, (name,))), None)


def with_named(config: yaml.MappingNode, key: str, name: str, entry: Mapping[str, object]) -> None:
    """Put an entry into a list, in the place of one of the same name if there is one."""
    found = _list_at(config, key)
    found.flow_style = False
    represent = SafeRepresenter(default_flow_style=False, sort_keys=False)
    node = represent.represent_data(dict(entry))
    places = [at for at, old in enumerate(found.value) if _is_named(old, (name,))]
    if not places:
        found.value.append(node)
        return
    found.value[places[0]] = node
    for at in reversed(places[1:]):
        del found.value[at]


def without_named(config: yaml.MappingNode, key: str, names: Sequence[str]) -> None:
    """Take the entries with these names out of a list."""
    found = _list_at(config, key)
    found.value = [node for node in found.value if not _is_named(node, names)]
    if not found.value:
        found.flow_style = True
