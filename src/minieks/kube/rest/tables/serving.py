"""Tables as the handler asks for them."""

from collections.abc import Sequence
from typing import Any

from minieks.kube.api.crd import COLLECTION as DEFINITIONS
from minieks.kube.api.server import Api
from minieks.kube.rest.call import Call, MakeTable
from minieks.kube.rest.tables.printers import SCALE
from minieks.kube.rest.tables.table import Asked, Tables
from minieks.kube.rest.versions import Versions
from minieks.kube.words.objects import Obj


def table_maker(api: Api) -> MakeTable:
    """What makes the tables of a cluster's answers."""
    tables = Tables(api.schemas, lambda collection: api.get(DEFINITIONS, "", collection))
    versions = Versions(api)

    def make(call: Call, objects: Sequence[Obj], include: str) -> dict[str, Any]:
        def shown(obj: Obj) -> Obj:
            head = {"kind": call.resource.kind, "apiVersion": call.resource.group_version}
            return {**head, **versions.read(obj, call.resource)}

        is_scale = call.info.subresource == "scale"
        asked = Asked(
            collection=SCALE if is_scale else call.collection or call.public,
            api_version=call.resource.group_version,
            now=api.engine.now(),
            include=include,
            version=call.form.as_version,
            shown=shown,
        )
        return tables.table(asked, objects)

    return make
