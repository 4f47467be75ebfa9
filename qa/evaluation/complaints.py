"""What pydantic finds wrong with a line of a question file -> sentences that name the value and what to write instead."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

_LONGEST_VALUE = 60
_NO_DAY = "{value} is no day; write it as YYYY-MM-DD"
_NO_OBJECT = "{value} is no object; write its fields between braces"
_NO_LIST = "{value} is no list; write it between brackets"
_TOLD = {
    "missing": "this field is missing",
    "bool_type": "{value} is neither true nor false",
    "bool_parsing": "{value} is neither true nor false",
    "tuple_type": _NO_LIST,
    "list_type": _NO_LIST,
    "model_type": _NO_OBJECT,
    "model_attributes_type": _NO_OBJECT,
    "string_type": "{value} is no text; write it between quotation marks",
    "string_pattern_mismatch": "it is empty",
    "literal_error": "{value} is none of {expected}",
    "date_type": _NO_DAY,
    "date_parsing": _NO_DAY,
    "date_from_datetime_parsing": _NO_DAY,
    "date_from_datetime_inexact": _NO_DAY,
}


def complaints(error: ValidationError, fields: dict[str, type[BaseModel]]) -> Iterator[str]:
    """One sentence for each problem, after the field that has it; `fields` are the models, by the field that holds them."""
    for problem in error.errors(include_url=False):
        place = problem["loc"]
        field = ".".join(str(part) for part in place)
        if problem["type"] == "json_invalid":
            field = "line"
        told = _told(dict(problem), fields.get(str(place[0]) if len(place) > 1 else "", fields[""]))
        yield f"{field}: {told}" if field else told


def _told(problem: dict[str, Any], model: type[BaseModel]) -> str:
    if problem["type"] == "extra_forbidden":
        return _unknown(str(problem["loc"][-1]), model)
    if told := _TOLD.get(problem["type"]):
        return told.format(value=_value(problem["input"]), expected=problem.get("ctx", {}).get("expected", ""))
    return str(problem["msg"]).removeprefix("Value error, ")


def _unknown(name: str, model: type[BaseModel]) -> str:
    near = get_close_matches(name, model.model_fields, n=1)
    return (
        f"there is no such field; did you mean {near[0]}?"
        if near
        else (f"there is no such field; there are {', '.join(model.model_fields)}")
    )


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]} ..."
