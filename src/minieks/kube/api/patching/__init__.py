"""Patches of three kinds, as pure functions from a document and a patch to a new document.

    json_patch.operations(value) -> list[Operation]     what a client sent, checked
    json_patch.apply(document, operations) -> Any       RFC 6902
    merge_patch.apply(document, patch) -> Any           RFC 7386
    strategic.apply(document, patch, struct) -> Obj     strategic merge patch
    structs.Structs(schemas).of(api_version, kind)      the patch keys of a kind, for ``strategic``

No argument is changed; what a patch leaves alone is shared with the document. Errors are ApiErrors
with the code and text of the API server.
"""
