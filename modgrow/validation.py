"""Settings from plain values, and what is wrong with them in one line that names the key."""

import difflib
from typing import Any, get_args

from pydantic import ValidationError

from modgrow.arm import Record
from modgrow.errors import SettingsError


def validated(model: type[Record], raw: dict, name: str, prefix: tuple = (), alone: bool = True) -> Any:
    """A record from plain values. Raises SettingsError: one line that names the key below `prefix`.

    Values that are not meant to stand `alone` are checked one by one, not for what they are together.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems = [p for p in error.errors() if alone or p["type"] != "value_error"]
        if not problems:
            return None
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise SettingsError(f"{name}: {_explain(model, problems[0], prefix)}{more}") from None


def _explain(model: type[Record], problem: dict, prefix: tuple) -> str:
    owner, field = _find(model, problem["loc"])
    known = [part for part in problem["loc"] if not str(part).startswith(("literal[", "constrained-"))]
    key = ".".join(str(part) for part in (*prefix, *known) if part not in ("int", "float", "[key]"))
    if problem["type"] == "extra_forbidden":
        names = list(owner.model_fields)
        close = difflib.get_close_matches(str(problem["loc"][-1]), names, 1)
        hint = f"did you mean {close[0]}?" if close else f"may be one of {', '.join(names)}"
        return f"{key}: unknown key; {hint}"
    said = problem["msg"].removeprefix("Value error, ").replace("Input should", "must")
    if problem["type"] == "missing":
        return f"{key}: is missing; must be given: {field.description} {_range(field)}".rstrip()
    if field is None:
        return f"{key}: {said}" if key else said
    hint = " (write 1.0e-2, not 1e-2)" if _number_as_text(problem["input"]) else ""
    return f"{key}: is {_short(problem['input'])}; {said}{hint} ({field.description}{_range(field)})"


def _find(model: type[Record], loc: tuple) -> tuple[type[Record], Any]:
    """The innermost record and field that an error's location speaks of."""
    owner, field = model, None
    for part in loc:
        if str(part) not in owner.model_fields:
            break
        field = owner.model_fields[str(part)]
        kinds = (field.annotation, *get_args(field.annotation))
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Record)]
        owner = inner[0] if inner else owner
    return owner, field


def _range(field: Any) -> str:
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    bounds = [f"{words[k]} {getattr(item, k)}" for item in field.metadata for k in words if hasattr(item, k)]
    return f"; {', '.join(bounds)}" if bounds else ""


def _number_as_text(value: Any) -> bool:
    try:
        return isinstance(value, str) and float(value) is not None
    except ValueError:
        return False


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
