from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from buildplan.v1.plan_pb2 import Patch
from services.contract.model_output import ContractViolation, parse_patch
from services.contract.model_schema import Schema, schema_for
from services.contract.ownership import sections_of
from services.contract.proto_comments import comments

AGENTS = ("qma", "pma", "sca", "ema")
KEYWORDS = {"type", "description", "properties", "required", "additionalProperties", "items", "enum", "$ref", "$defs"}


def objects(schema: object) -> Iterator[dict[str, object]]:
    """Every schema inside `schema`, itself included; not the maps of properties and definitions."""
    if isinstance(schema, dict):
        yield schema
        for key, value in schema.items():
            inner = value.values() if key in ("properties", "$defs") else [value]
            for each in inner:
                yield from objects(each)


def instance(root: Schema, schema: Schema, draw: random.Random) -> object:
    """Data that the schema admits, built from the schema alone."""
    if "$ref" in schema:
        return instance(root, root["$defs"][str(schema["$ref"]).rpartition("/")[2]], draw)  # type: ignore[index]
    if "enum" in schema:
        return draw.choice(schema["enum"])  # type: ignore[arg-type]
    if schema["type"] == "object":
        properties: dict[str, Schema] = schema["properties"]  # type: ignore[assignment]
        return {name: instance(root, each, draw) for name, each in properties.items()}
    if schema["type"] == "array":
        return [instance(root, schema["items"], draw) for _ in range(draw.randrange(3))]  # type: ignore[arg-type]
    return _scalar(schema["type"], draw)


def _scalar(kind: object, draw: random.Random) -> object:
    text = "".join(draw.choice('aB7 ±ß\u2028\x00\n"\\€𝄞') for _ in range(draw.randrange(6)))
    number = draw.choice([0, 0.5, -1, 2**31 - 1, 1e-30, -0.25])
    whole = draw.choice([0, 1, -(2**31), 2**31 - 1, draw.randrange(1000)])
    return {"string": text, "boolean": draw.random() < 0.5, "integer": whole, "number": number}[str(kind)]


@pytest.mark.parametrize("agent", AGENTS)
def test_the_schema_is_valid_and_strict(agent: str) -> None:
    schema = schema_for(agent)
    Draft202012Validator.check_schema(schema)
    for each in objects(schema):
        assert set(each) <= KEYWORDS
        if "$ref" in each:
            assert set(each) == {"$ref"}
        else:
            assert each["type"] in ("object", "array", "string", "integer", "number", "boolean")
        if each.get("type") == "object":
            assert each["required"] == list(each["properties"])  # type: ignore[call-overload]
            assert each["additionalProperties"] is False
    assert schema["type"] == "object"


@pytest.mark.parametrize("agent", AGENTS)
def test_an_agent_is_offered_its_own_sections_only(agent: str) -> None:
    sections: Schema = schema_for(agent)["properties"]["sections"]  # type: ignore[index]
    assert tuple(sections["properties"]) == sections_of(agent)  # type: ignore[arg-type]


def test_what_code_fills_and_the_zero_of_an_enum_are_left_out() -> None:
    definitions: dict[str, Schema] = schema_for("qma")["$defs"]  # type: ignore[assignment]
    statement: dict[str, Schema] = definitions["Statement"]["properties"]  # type: ignore[assignment]
    assert set(statement) == {"text", "basis", "citations", "confidence"}
    assert statement["basis"]["enum"] == ["BASIS_STATED", "BASIS_INFERRED"]
    assert set(definitions["Citation"]["properties"]) == {"document", "page", "quote", "passage_id"}  # type: ignore[call-overload]
    assert set(definitions["Task"]["properties"]) == {"statement", "owner_hint", "due"}  # type: ignore[call-overload]


def test_the_protos_comments_are_the_descriptions() -> None:
    definitions: dict[str, Schema] = schema_for("qma")["$defs"]  # type: ignore[assignment]
    ctq: dict[str, Schema] = definitions["CriticalToQuality"]["properties"]  # type: ignore[assignment]
    assert str(ctq["feature"]["description"]).startswith("The feature that it is about, such as")
    basis: Schema = definitions["Statement"]["properties"]["basis"]  # type: ignore[index]
    assert "BASIS_STATED: The papers say it" in str(basis["description"])
    for agent in AGENTS:
        assert all("$ref" in each or each.get("description") or "enum" in each for each in objects(schema_for(agent)))


def test_every_message_field_and_value_of_ours_has_a_comment() -> None:
    assert comments()["buildplan.v1.HoldPoint.Kind.KIND_HOLD"] == "Work may not go on without release."
    assert all(text and "\n" not in text for text in comments().values())


def test_an_unknown_agent_has_no_schema() -> None:
    with pytest.raises(ValueError, match="owns no section"):
        schema_for("cook")
    with pytest.raises(ValueError, match="owns no section"):
        parse_patch("cook", {})


@pytest.mark.parametrize("agent", AGENTS)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whatever_the_schema_admits_is_parsed_and_comes_back(agent: str, seed: int) -> None:
    schema = schema_for(agent)
    answer = instance(schema, schema, random.Random(seed))
    Draft202012Validator(schema).validate(answer)
    patch = parse_patch(agent, json.loads(json.dumps(answer)))
    back = MessageToDict(patch, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    assert parse_patch(agent, _without_output_only(answer, back)) == patch
    assert Patch.FromString(patch.SerializeToString()) == patch


def _without_output_only(shape: object, given: object) -> object:
    """`given` cut down to the keys of `shape`; what JSON leaves out is taken from `shape`."""
    if isinstance(shape, dict) and isinstance(given, dict):
        return {key: _without_output_only(value, given.get(key, value)) for key, value in shape.items()}
    if isinstance(shape, list) and isinstance(given, list):
        assert len(shape) == len(given)
        return [_without_output_only(*pair) for pair in zip(shape, given, strict=True)]
    return given


def answer() -> dict[str, object]:
    quality: dict[str, object] = {name: [] for name in _fields("quality_plan")}
    quality["passivation"] = [
        {
            "text": "Passivate per ASTM A967",
            "basis": "BASIS_STATED",
            "citations": [
                {"document": "sessions/s/documents/d", "page": 1, "quote": "ASTM A967", "passage_id": "d-p1-1"}
            ],
            "confidence": 0.9,
        }
    ]
    return {"sections": {"quality_plan": quality}, "open_questions": [], "tasks": []}


def _fields(section: str) -> list[str]:
    sections: Schema = schema_for("qma")["properties"]["sections"]  # type: ignore[index]
    return list(sections["properties"][section]["properties"])  # type: ignore[index]


def test_a_good_answer_becomes_a_patch() -> None:
    patch = parse_patch("qma", answer())
    statement = patch.sections.quality_plan.passivation[0]
    assert statement.citations[0].quote == "ASTM A967"
    assert statement.confidence == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("/sections/quality_plan/passivation/0/basis", "STATED", "BASIS_STATED, BASIS_INFERRED"),
        ("/sections/quality_plan/passivation/0/basis", "BASIS_UNSPECIFIED", "BASIS_STATED"),
        ("/sections/quality_plan/passivation/0/basis", 1, "BASIS_STATED"),
        ("/sections/quality_plan/passivation/0/text", None, "a string"),
        ("/sections/quality_plan/passivation/0/text", "\ud800", "surrogate"),
        ("/sections/quality_plan/passivation/0/id", "x", "no field of the contract"),
        ("/sections/quality_plan/passivation/0/confidence", float("nan"), "finite"),
        ("/sections/quality_plan/passivation/0/confidence", True, "finite"),
        ("/sections/quality_plan/passivation/0/confidence", 10**400, "finite"),
        ("/sections/quality_plan/passivation/0/citations/0/page", 2**31, "whole number"),
        ("/sections/quality_plan/passivation/0/citations/0/page", 10**400, "whole number"),
        ("/sections/quality_plan/passivation/0/citations/0/page", 1.5, "whole number"),
        ("/sections/quality_plan/passivation/0/citations/0/page", "1", "whole number"),
        ("/sections/quality_plan/passivation/0/citations/0/page", False, "whole number"),
        ("/sections/quality_plan/passivation/0/citations", {}, "a list"),
        ("/sections/quality_plan/passivation/0", [], "an object"),
        ("/sections/purchasing", {}, 'belongs to "pma"'),
        ("/sections/poetry", {}, "no field of the contract"),
        ("/a~1b", 1, "no field of the contract"),
        ("/tasks", None, "a list"),
    ],
)
def test_a_bad_answer_is_refused_with_the_place(path: str, value: object, problem: str) -> None:
    bad = answer()
    *way, last = [part.replace("~1", "/") for part in path.split("/")[1:]]
    at: object = bad
    for part in way:
        at = at[int(part)] if isinstance(at, list) else at[part]  # type: ignore[index]
    at[int(last) if isinstance(at, list) else last] = value  # type: ignore[index]
    with pytest.raises(ContractViolation, match=problem) as refusal:
        parse_patch("qma", bad)
    assert refusal.value.path == path


@pytest.mark.parametrize("path", ["tasks", "open_questions", "sections"])
def test_a_missing_field_is_refused(path: str) -> None:
    bad = answer()
    del bad[path]
    with pytest.raises(ContractViolation, match="missing") as refusal:
        parse_patch("qma", bad)
    assert refusal.value.path == f"/{path}"


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_what_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(ContractViolation, match="an object"):
        parse_patch("qma", data)
