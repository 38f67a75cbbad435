"""Validating requests and answers against a published specification (Swagger 2 or OpenAPI 3).

Stricter than the specification on purpose: a property that it does not name is a problem too, and enumerations that
it calls extensible are taken literally. What the live service is known to do otherwise stands in `tests.deviations`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_SCHEMA_LISTS: Final = ("allOf", "anyOf", "oneOf")
_PLAIN: Final = (
    "type", "enum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "required",
    "format", "minProperties", "maxProperties", "multipleOf", "minimum", "maximum",
)  # fmt: skip
_FORMATS: Final = FormatChecker(formats=())


class Problem(NamedTuple):
    """One disagreement: where in the body, which rule of the schema, and what stands there."""

    where: str
    rule: str
    what: str


@dataclass(frozen=True)
class Spec:
    """A specification, ready to validate with; `name` appears in messages and deviations."""

    name: str
    uri: str
    document: Mapping[str, Any]
    registry: Registry[Any]


@lru_cache(maxsize=8)
def load_spec(path: Path, name: str) -> Spec:
    """Read a specification; its references to other files are followed when they are needed."""
    uri = path.resolve().as_uri()
    registry: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]  # attrs alias unseen by mypy
    return Spec(name, uri, json.loads(path.read_text(encoding="utf-8-sig")), registry)


def validate_response(spec: Spec, method: str, path_template: str, status: int, body: Any) -> list[Problem]:
    """What is wrong with an answer. `body` is the JSON value, or None where there is no body.

    Raises KeyError for an operation that the specification does not have.
    """
    responses = _operation(spec, method, path_template)["responses"]
    code = str(status)
    if code not in responses:
        if "default" not in responses or status < 400:
            return [Problem("", "status", code)]
        code = "default"
    return _against(spec, ("paths", path_template, method.lower(), "responses", code), responses[code], body)


def validate_request(
    spec: Spec,
    method: str,
    path_template: str,
    *,
    query: Mapping[str, str],
    body: Any = None,
    form: Mapping[str, Any] | None = None,
) -> list[Problem]:
    """What is wrong with a request: query, and its JSON body (`where` begins with "request") or its form's fields."""
    operation = _operation(spec, method, path_template)
    item = spec.document["paths"][path_template]
    parameters = [
        _followed(spec, parameter)
        for parameter in [*item.get("parameters", []), *operation.get("parameters", [])]
    ]
    problems = list(_fields(parameters, "query", query))
    if form is not None:
        problems += _fields(parameters, "formData", form)
    for index, parameter in enumerate(operation.get("parameters", [])):
        if parameter.get("in") == "body":
            pointer: tuple[str, ...] = ("paths", path_template, method.lower(), "parameters", str(index))
            problems += _of_request(_against(spec, pointer, parameter, body))
    if "requestBody" in operation:
        pointer = ("paths", path_template, method.lower(), "requestBody")
        problems += _of_request(_against(spec, pointer, operation["requestBody"], body))
    return problems


def _operation(spec: Spec, method: str, path_template: str) -> Any:
    return spec.document["paths"][path_template][method.lower()]


def _followed(spec: Spec, parameter: Any) -> Any:
    while "$ref" in parameter:
        found: Any = spec.document
        for part in parameter["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        parameter = found
    return parameter


def _of_request(problems: list[Problem]) -> Iterator[Problem]:
    return (problem._replace(where=f"request/{problem.where}".rstrip("/")) for problem in problems)


def _fields(parameters: list[Any], place: str, given: Mapping[str, Any]) -> Iterator[Problem]:
    known = {parameter["name"]: parameter for parameter in parameters if parameter.get("in") == place}
    for name, parameter in known.items():
        if parameter.get("required") and name not in given:
            yield Problem(place, "required", name)
        allowed = parameter.get("enum")
        if name in given and allowed and given[name] not in allowed:
            yield Problem(f"{place}/{name}", "enum", str(given[name]))
    for name in given.keys() - known.keys():
        yield Problem(place, "unknown", name)


def _against(spec: Spec, pointer: tuple[str, ...], holder: Any, body: Any) -> list[Problem]:
    """Validate against the schema of a response, a body parameter or a request body."""
    if "content" in holder:
        media = next((kind for kind in holder["content"] if "json" in kind), None)
        pointer = (*pointer, "content", media or "", "schema")
        has_schema = media is not None
    else:
        pointer, has_schema = (*pointer, "schema"), "schema" in holder
    if not has_schema:
        return [] if body is None else [Problem("", "no body expected", type(body).__name__)]
    fragment = "/".join(quote(part.replace("~", "~0").replace("/", "~1")) for part in pointer)
    validator = Draft202012Validator(
        {"$ref": f"{spec.uri}#/{fragment}"}, registry=spec.registry, format_checker=_formats()
    )
    found = {
        Problem("/".join(map(str, error.absolute_path)), str(error.validator), _what(error))
        for error in validator.iter_errors(body)
    }
    return sorted(found)


def _what(error: Any) -> str:
    if error.validator == "unevaluatedProperties":
        known = error.schema.get("properties", {})
        names = [name for name in error.instance if name not in known and f"'{name}'" in error.message]
        return ",".join(sorted(names))
    if error.validator == "required":
        return str(error.message.split("'")[1])
    return str(error.instance)


@lru_cache(maxsize=1)
def _formats() -> FormatChecker:
    checker = FormatChecker(formats=())
    checker.checks("int32")(lambda value: not isinstance(value, int) or -(2**31) <= value < 2**31)
    checker.checks("unixtime")(lambda value: not isinstance(value, int) or 0 <= value < 2**40)
    return checker


def _retrieve(uri: str) -> Resource[Any]:
    document = json.loads(Path(uri.removeprefix("file://")).read_text(encoding="utf-8-sig"))
    composed = set(_composed(document))
    return DRAFT202012.create_resource(_walk(document, composed))


def _composed(node: Any) -> Iterator[str]:
    """References that stand inside an allOf: those schemas must stay open for what the others add."""
    if isinstance(node, dict):
        for part in node.get("allOf", []) if isinstance(node.get("allOf"), list) else []:
            if isinstance(part, dict) and "$ref" in part:
                yield part["$ref"]
        for value in node.values():
            yield from _composed(value)
    elif isinstance(node, list):
        for value in node:
            yield from _composed(value)


def _walk(document: Mapping[str, Any], composed: set[str]) -> dict[str, Any]:
    """The document with every schema in it turned into JSON Schema 2020-12."""
    walked = dict(document)
    if "definitions" in document:
        walked["definitions"] = {
            name: _schema(schema, is_open=f"#/definitions/{name}" in composed)
            for name, schema in document["definitions"].items()
        }
    components = document.get("components", {})
    if "schemas" in components:
        schemas = {
            name: _schema(schema, is_open=f"#/components/schemas/{name}" in composed)
            for name, schema in components["schemas"].items()
        }
        walked["components"] = {**components, "schemas": schemas}
    walked["paths"] = _holders(document.get("paths", {}))
    return walked


def _holders(node: Any) -> Any:
    """Paths with the schemas of their parameters and responses turned."""
    if isinstance(node, dict):
        return {
            key: _schema(value) if key == "schema" and isinstance(value, dict) else _holders(value)
            for key, value in node.items()
        }
    return [_holders(value) for value in node] if isinstance(node, list) else node


def _schema(source: Mapping[str, Any], *, is_open: bool = False) -> dict[str, Any]:
    schema: dict[str, Any] = {key: source[key] for key in _PLAIN if key in source}
    if schema.get("type") == "file":
        return {}
    if "$ref" in source:
        schema = {"$ref": source["$ref"]}
    if "properties" in source:
        schema["properties"] = {name: _schema(part) for name, part in source["properties"].items()}
    if isinstance(source.get("items"), dict):
        schema["items"] = _schema(source["items"])
    for key in _SCHEMA_LISTS:
        if key in source:
            schema[key] = [_schema(part, is_open=True) for part in source[key]]
    more = source.get("additionalProperties")
    if more is not None:
        schema["additionalProperties"] = _schema(more) if isinstance(more, dict) else more
    elif not is_open and ("properties" in source or "allOf" in source):
        schema["unevaluatedProperties"] = False
    _discriminate(source, schema)
    for bound in ("Minimum", "Maximum"):
        if source.get(f"exclusive{bound}") is True:
            schema[f"exclusive{bound}"] = schema.pop(bound.lower())
    if source.get("nullable") or source.get("x-nullable"):
        return {"anyOf": [{"type": "null"}, schema]}
    return schema


def _discriminate(source: Mapping[str, Any], schema: dict[str, Any]) -> None:
    """`oneOf` with a discriminator's mapping: only the variant that the property names counts."""
    discriminator = source.get("discriminator")
    if not isinstance(discriminator, dict) or "oneOf" not in schema or not discriminator.get("mapping"):
        return
    name, mapping = discriminator["propertyName"], discriminator["mapping"]
    del schema["oneOf"]
    schema["required"] = [*schema.get("required", []), name]
    schema["allOf"] = [
        *schema.get("allOf", []),
        {"properties": {name: {"enum": list(mapping)}}},
        *(
            {"if": {"properties": {name: {"const": value}}}, "then": {"$ref": reference}}
            for value, reference in mapping.items()
        ),
    ]
