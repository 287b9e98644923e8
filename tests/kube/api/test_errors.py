"""Refusals in the words and the wire form of the real API server."""

import pytest

from minieks.kube.api import errors, fields

# Source: kubernetes apimachinery pkg/api/errors/errors.go.
REFUSALS = [
    (errors.NotFound("pods", "x"), 404, 'pods "x" not found'),
    (errors.AlreadyExists("pods", "x"), 409, 'pods "x" already exists'),
    (
        errors.AlreadyExists("deployments.apps", "x", deleting=True),
        409,
        'object is being deleted: deployments.apps "x" already exists',
    ),
    (
        errors.Conflict("pods", "x"),
        409,
        'Operation cannot be fulfilled on pods "x": the object has been modified; '
        "please apply your changes to the latest version and try again",
    ),
    (errors.Forbidden("pods", "x", "why"), 403, 'pods "x" is forbidden: why'),
    (errors.Forbidden("pods", "", "why"), 403, "pods is forbidden: why"),
    (errors.BadRequest("what"), 400, "what"),
    (errors.TooManyRequests("later", 10), 429, "later"),
    (
        errors.MethodNotAllowed("pods", "watch"),
        405,
        'watch is not supported on resources of kind "pods"',
    ),
    (errors.InternalError("oops"), 500, "Internal error occurred: oops"),
]


@pytest.mark.parametrize(
    ("refusal", "code", "message"), REFUSALS, ids=[type(r).__name__ for r, _, _ in REFUSALS]
)
def test_each_refusal_is_a_status(refusal: errors.ApiError, code: int, message: str) -> None:
    status = refusal.to_status()
    assert (status["code"], status["message"], status["status"]) == (code, message, "Failure")
    assert str(refusal) == message


def test_details_name_resource_and_group() -> None:
    details = errors.NotFound("deployments.apps", "d").to_status()["details"]
    assert details == {"name": "d", "group": "apps", "kind": "deployments"}


def test_too_many_requests_say_when_to_come_back() -> None:
    assert errors.TooManyRequests("later", 10).to_status()["details"] == {"retryAfterSeconds": 10}


FIELD_ERRORS = [
    (fields.required("spec.a"), "spec.a: Required value"),
    (fields.required("spec.a", "why"), "spec.a: Required value: why"),
    (fields.invalid("spec.a", -1, "must be"), "spec.a: Invalid value: -1: must be"),
    (fields.invalid("spec.a", 'q"', "no"), r'spec.a: Invalid value: "q\"": no'),
    (fields.invalid("spec.a", None, "no"), "spec.a: Invalid value: null: no"),
    (fields.invalid("spec.a", {"b": "c"}, "no"), 'spec.a: Invalid value: {"b":"c"}: no'),
    (
        fields.not_supported("spec.a", "X", ("A", "B")),
        'spec.a: Unsupported value: "X": supported values: "A", "B"',
    ),
    (fields.forbidden("spec.a", "no"), "spec.a: Forbidden: no"),
    (fields.duplicate("spec.a", "x"), 'spec.a: Duplicate value: "x"'),
    (fields.too_long("spec.a", 5), "spec.a: Too long: may not be more than 5 bytes"),
    (fields.too_many("spec.a", 3, 1), "spec.a: Too many: 3: must have at most 1 item"),
    (fields.not_found("spec.a", "x"), 'spec.a: Not found: "x"'),
]


@pytest.mark.parametrize(
    ("error", "text"), FIELD_ERRORS, ids=[f"{e.type}-{n}" for n, (e, _) in enumerate(FIELD_ERRORS)]
)
def test_a_field_error_reads_as_kubernetes_writes_it(error: fields.FieldError, text: str) -> None:
    assert str(error) == text


def test_one_field_error_stands_alone() -> None:
    found = errors.Invalid("Pod", "", "p", [fields.required("spec.a")])
    assert found.message == 'Pod "p" is invalid: spec.a: Required value'


def test_several_field_errors_stand_in_brackets_and_equal_ones_once() -> None:
    one, other = fields.required("spec.a"), fields.required("spec.b")
    found = errors.Invalid("Deployment", "apps", "d", [one, other, one])
    assert found.message == (
        'Deployment.apps "d" is invalid: [spec.a: Required value, spec.b: Required value]'
    )
    assert len(found.details["causes"]) == 3
