"""Settings from plain values, and what is wrong with them in one line that names the key."""

import difflib
import itertools
import re
import reprlib
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import ValidationError

from modgrow.errors import SettingsError, printable
from modgrow.records import Record

LINE = 300  # characters of a message, a longer file name aside
DEEPEST = 20  # levels of lists and mappings in each other
MOST_VALUES = 10_000
WORDS = {  # pydantic's, and ours
    r"^Value error, ": "",
    r"^Input should be ": "must be ",
    r"^(Input|String|List|Dictionary) should ": "must ",
    r"a valid dictionary.*": "a mapping of keys to values",
    r" after validation, not 0$": "",
}


def refusal(name: str, said: str) -> SettingsError:
    """The error for the file `name`: one line that can be printed."""
    start = f"{printable(name, 1024)}: "
    return SettingsError(start + printable(said, max(LINE - len(start), LINE // 2)))


def shown(value: Any) -> str:
    """A value as Python writes it, shortened, so that it can be printed."""
    return printable(_SHORT.repr(value))


def plain(raw: Any, name: str) -> Any:
    """A copy made of plain values alone: text, numbers, true, false, null, lists, mappings with text as keys.

    Raises SettingsError: for anything else, for text that cannot be printed, and for too much of it.
    """
    return _copy(raw, (), itertools.count(1), name)


def _copy(value: Any, at: tuple[str, ...], counter: Iterator[int], name: str) -> Any:
    where = f"{_dotted(at)}: " if at else ""
    if len(at) > DEEPEST:
        raise refusal(name, f"{_dotted(at[:3])}...: lies deeper than {DEEPEST} levels")
    if next(counter) > MOST_VALUES:
        raise refusal(name, f"{where}settings are more than {MOST_VALUES} values; give fewer")
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                said = f"the key {shown(key)} is {type(key).__name__}, not text; write it in quotes"
                raise refusal(name, where + said)
            if not key.isprintable():
                raise refusal(name, f"{where}the key {shown(key)} has characters that cannot be printed")
        return {str(key): _copy(inner, (*at, key), counter, name) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copy(inner, (*at, str(place)), counter, name) for place, inner in enumerate(value)]
    return _scalar(value, where, name)


def _scalar(value: Any, where: str, name: str) -> str | int | float | bool | None:
    if isinstance(value, str) and not value.isprintable():
        raise refusal(name, f"{where}the text {shown(value)} has characters that cannot be printed")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise refusal(name, f"{where}is {shown(value)}; must be a smaller number")
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):  # of a class of its own, as NumPy's float64 is
        if isinstance(value, kind):
            return kind(value)
    known = "must be text, a number, true, false, null, a list or a mapping"
    raise refusal(name, f"{where}is a {type(value).__name__}, {shown(value)}; {known}")


def validated(
    model: type[Record],
    raw: dict,
    name: str,
    prefix: tuple = (),
    alone: bool = True,
    also: tuple[str, ...] = (),
) -> Any:
    """A record from plain values. Raises SettingsError: one line that names the key below `prefix`.

    Values that are not meant to stand `alone` are checked one by one, not for what they are together.
    `also`: keys that may stand beside those of the record, for the hint at a misspelt one.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        problems = [problem for problem in found if alone or problem["type"] != "value_error"]
        problems.sort(
            key=lambda problem: problem["type"] == "missing"
        )  # a misspelt key explains a missing one
        if not problems:
            return None
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise refusal(name, _explain(model, problems[0], prefix, also) + more) from None


def choice(wrong: str, names: Iterable[str]) -> str:
    """What may stand in the place of a wrong name: the closest, or some of them."""
    names = list(names)
    close = difflib.get_close_matches(wrong[:64], names[:500], 1)
    if close:
        return f"did you mean {close[0]}?"
    more = f", ... ({len(names)} in all)" if len(names) > 5 else ""
    return (
        f"may name {', '.join(printable(name) for name in names[:5])}{more}"
        if names
        else "none may stand here"
    )


def _explain(model: type[Record], problem: dict, prefix: tuple, also: tuple[str, ...]) -> str:
    owner, field = _find(model, problem["loc"])
    known = [part for part in problem["loc"] if not str(part).startswith(("literal[", "constrained-"))]
    key = _dotted((*prefix, *(part for part in known if part not in ("int", "float", "[key]"))))
    if problem["type"] == "extra_forbidden":
        names = [name for name in owner.model_fields if name not in owner.derived]
        names += also if owner is model else ()
        close = difflib.get_close_matches(str(problem["loc"][-1])[:64], names, 1)
        hint = f"did you mean {close[0]}?" if close else "`python -m modgrow settings` lists those there are"
        return f"{key}: unknown key; {hint}"
    said = problem["msg"]
    for theirs, ours in WORDS.items():
        said = re.sub(theirs, ours, said)
    if problem["type"] == "missing":
        return f"{key}: is missing; must be given: {field.description}{_range(field)}".rstrip()
    if field is None or problem["type"] == "value_error":
        return f"{key}: {said}" if key else said
    hint = _hint(problem["input"])
    return f"{key}: is {shown(problem['input'])}; {said}{hint} ({field.description}{_range(field)})"


def _dotted(parts: Iterable[Any]) -> str:
    return ".".join(printable(str(part), 70) for part in parts)


def _find(model: type[Record], loc: tuple) -> tuple[type[Record], Any]:
    """The innermost record and field that an error's location speaks of."""
    owner = model
    field = None
    is_name = False
    for part in loc:
        if is_name:  # of an entry in a mapping of records
            is_name = False
            continue
        if str(part) not in owner.model_fields:
            break
        field = owner.model_fields[str(part)]
        kinds = (field.annotation, *get_args(field.annotation))
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Record)]
        owner = inner[0] if inner else owner
        is_name = bool(inner) and getattr(field.annotation, "__origin__", None) is dict
    return owner, field


def _range(field: Any) -> str:
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    bounds = [f"{words[k]} {getattr(item, k)}" for item in field.metadata for k in words if hasattr(item, k)]
    return f"; {', '.join(bounds)}" if bounds else ""


def _hint(value: Any) -> str:
    """Where a number is wanted and text that looks like one was given."""
    try:
        if not isinstance(value, str) or float(value) is None:
            return ""
    except ValueError:
        return ""
    if "e" in value.lower():
        return " (write 1.0e-2, not 1e-2)"
    return " (leave out the quotes; --config passes numbers inside lists and mappings as text)"


class _Short(reprlib.Repr):
    """Of every value a few parts, and of an integer with thousands of digits how many."""

    def __init__(self):
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = 56
        self.maxlevel = 3

    def repr_int(self, value: int, level: int) -> str:
        if abs(value) >= 10**60:
            return f"an integer of {int(value.bit_length() * 0.30103) + 1} digits or so"
        return repr(value)


_SHORT = _Short()
