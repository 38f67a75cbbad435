"""Parameters are JSON Schemas: compared with the meta-schema, by a library that the program does not ship."""

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.validators import validator_for

from bot.datasets.report import Finding, Param
from bot.datasets.rules.base import RuleSpec
from bot.datasets.rules.schemas import STRICT, TYPES, WANTED, check_parameters
from handlers.wording.findings import finding_text

DRAFT = "https://json-schema.org/draft/2020-12/schema"
AS_THE_META_SCHEMA = {"schema_keyword", "schema_type_word"}


def found(parameters: object, *, strict: bool = False) -> list[Finding]:
    findings: list[Finding] = []

    def note(spec: RuleSpec, path: str = "", /, **params: Param) -> None:
        findings.append(Finding(spec.id, spec.severity, 1, path, params))

    check_parameters(parameters, (None, "p"), note, strict=strict)
    return findings


def rules(parameters: object, *, strict: bool = False) -> list[str]:
    return [one.rule for one in found(parameters, strict=strict)]


def accepted(schema: dict[str, Any]) -> bool:
    try:
        validator_for({"$schema": DRAFT}).check_schema(schema)
    except jsonschema.SchemaError:
        return False
    return True


SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.sampled_from([0.0, 1.0, 1.5, -0.5])
    | st.sampled_from([*TYPES, "str", "city", ""])
)
NAMES = st.lists(st.sampled_from(["city", "zip", "a"]), max_size=3)
ANY = (
    SCALARS
    | NAMES
    | st.lists(SCALARS, max_size=2)
    | st.dictionaries(st.sampled_from(["city", "zip"]), SCALARS)
)
COUNTS = ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains"]


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    one = inner | ANY
    named = st.dictionaries(st.sampled_from(["city", "zip"]), one, max_size=2) | ANY
    several = st.lists(one, max_size=2) | ANY
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(TYPES) | ANY,
            "properties": named,
            "patternProperties": named,
            "$defs": named,
            "definitions": named,
            "dependentSchemas": named,
            "additionalProperties": one,
            "not": one,
            "contains": one,
            "propertyNames": one,
            "anyOf": several,
            "oneOf": several,
            "allOf": several,
            "prefixItems": several,
            "required": NAMES | ANY,
            "dependentRequired": st.dictionaries(st.sampled_from(["city"]), NAMES) | ANY,
            "description": ANY,
            "title": ANY,
            "enum": ANY,
            "default": ANY,
            "const": ANY,
            "minimum": ANY,
            "exclusiveMaximum": ANY,
            "multipleOf": ANY,
            "uniqueItems": ANY,
            **dict.fromkeys(COUNTS, ANY),
        },
    )


SCHEMAS: st.SearchStrategy[Any] = st.recursive(st.just({}) | st.booleans(), _schemas, max_leaves=4)


@given(SCHEMAS)
def test_we_find_fault_exactly_where_the_meta_schema_does(schema: object) -> None:
    whole = {"properties": {"p": schema}}
    ours = [one for one in rules(whole) if one in AS_THE_META_SCHEMA]
    assert (not ours) == accepted(whole)


@pytest.mark.parametrize(
    ("schema", "path", "params"),
    [
        ({"properties": []}, "p.properties", {"keyword": "properties", "wanted": "schemas_by_name"}),
        ({"properties": {"a": 7}}, "p.properties.a", {"keyword": "properties", "wanted": "schema"}),
        ({"required": ["a", "a"]}, "p.required", {"keyword": "required", "wanted": "names"}),
        ({"anyOf": [{}, 7]}, "p.anyOf[1]", {"keyword": "anyOf", "wanted": "schema"}),
        ({"anyOf": []}, "p.anyOf", {"keyword": "anyOf", "wanted": "schemas"}),
        ({"items": 7}, "p.items", {"keyword": "items", "wanted": "schema"}),
        ({"items": [{}, 7]}, "p.items[1]", {"keyword": "items", "wanted": "schema"}),
        ({"minLength": -1}, "p.minLength", {"keyword": "minLength", "wanted": "whole_number"}),
        ({"maxItems": True}, "p.maxItems", {"keyword": "maxItems", "wanted": "whole_number"}),
        ({"maxItems": 1.5}, "p.maxItems", {"keyword": "maxItems", "wanted": "whole_number"}),
        ({"multipleOf": 0}, "p.multipleOf", {"keyword": "multipleOf", "wanted": "positive_number"}),
        ({"minimum": True}, "p.minimum", {"keyword": "minimum", "wanted": "number"}),
    ],
)
def test_a_fault_is_told_with_its_place(schema: object, path: str, params: dict[str, str]) -> None:
    assert [(one.rule, one.path, one.params) for one in found(schema)] == [("schema_keyword", path, params)]


@pytest.mark.parametrize(
    ("reference", "leads"),
    [
        ("#", True),
        ("#/$defs/city", True),
        ("#/$defs/a~1b", True),
        ("#/properties/list/prefixItems/0", True),
        ("#/properties/list/prefixItems/1", False),
        ("#/$defs/town", False),
        ("#/$defs/city/type", False),
        ("#city", False),
        ("https://example.com/city.json", False),
        ("#/" + "9" * 5000, False),
    ],
)
def test_references_lead_to_a_schema_within(reference: str, leads: bool) -> None:
    schema = {
        "$defs": {"city": {"type": "string"}, "a/b": {}},
        "properties": {"list": {"type": "array", "prefixItems": [{}]}, "here": {"$ref": reference}},
    }
    assert rules(schema) == ([] if leads else ["schema_reference"])


def test_a_schema_that_refers_to_itself_ends() -> None:
    assert (
        rules({"$defs": {"node": {"properties": {"next": {"$ref": "#/$defs/node"}}}}, "$ref": "#/$defs/node"})
        == []
    )


def test_strict_mode_wants_all_required_and_nothing_else() -> None:
    inner = {"type": "object", "properties": {"a": {}}, "required": ["a"], "additionalProperties": False}
    assert rules(inner, strict=True) == []
    assert rules({**inner, "required": []}, strict=True) == ["schema_strict"]
    assert rules({**inner, "additionalProperties": True}, strict=True) == ["schema_strict"]
    assert rules({**inner, "required": []}) == []
    (nested,) = found({**inner, "properties": {"a": {"properties": {"b": {}}}}}, strict=True)
    assert nested.path == "p.properties.a"


def test_a_deep_path_is_cut_and_costs_no_more_than_a_short_one() -> None:
    schema: dict[str, Any] = {"type": "str"}
    for _ in range(120):
        schema = {"properties": {"k" * 40: schema}}
    (only,) = found(schema)
    assert only.path.startswith("…")
    assert len(only.path) < 1000


@pytest.mark.parametrize("word", ["str", "int", "String", "date", "any", ["string", "nul"]])
def test_other_words_are_no_types(word: object) -> None:
    assert rules({"properties": {"a": {"type": word}}}) == ["schema_type_word"]


@pytest.mark.parametrize(("rule", "words"), [("schema_keyword", WANTED), ("schema_strict", STRICT)])
def test_every_word_of_ours_is_put_in_words(rule: str, words: tuple[str, ...]) -> None:
    said = [finding_text(rule, {"keyword": "k", "wanted": word}).message for word in words]
    assert len(set(said)) == len(words)
    assert not any("_" in text for text in said)
