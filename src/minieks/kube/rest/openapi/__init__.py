"""The API described in OpenAPI 2 and 3, for explain, validation, diff and client libraries."""
