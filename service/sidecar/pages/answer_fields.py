"""Owns what the fields of a JSON answer are: the schemas of an OpenAPI document, read aloud."""

from collections.abc import Mapping
from typing import Any

Schemas = Mapping[str, Any]


def answer_fields(response: Mapping[str, Any], schemas: Schemas) -> dict[str, str]:
    """Return field -> what it means; fields of inner objects follow as ``queues[].name``."""
    answer = response.get("content", {}).get("application/json", {}).get("schema", {})
    return _fields(answer, schemas, "")


def _fields(schema: Mapping[str, Any], schemas: Schemas, prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, field in _resolved(schema, schemas).get("properties", {}).items():
        found[prefix + name] = _meaning(field)
        found |= _fields(field.get("items", {}), schemas, f"{prefix}{name}[].")
        found |= _fields(field.get("additionalProperties", {}), schemas, f"{prefix}{name}.*.")
    return found


def _resolved(schema: Mapping[str, Any], schemas: Schemas) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return schemas[name] if name else schema


def _meaning(field: Mapping[str, Any]) -> str:
    choices = f"One of {', '.join(field['enum'])}." if "enum" in field else ""
    return " ".join(part for part in (field.get("description", ""), choices) if part)
