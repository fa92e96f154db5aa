"""Every setting with its meaning, default and range, from the settings' own records."""

from collections.abc import Iterator

from tabulate import tabulate

from modgrow import extensions
from modgrow.arm import Arm, Growth
from modgrow.config import Settings
from modgrow.consistency import MOST_ARMS, MOST_NETWORKS
from modgrow.records import Record, said_beside

PARTS = (
    ("config.yaml", Settings, ("arms", "arm_seeds", "arm_targets")),
    ("defaults, or one arm", Arm, ("growth",)),
    ("growth (modular arms)", Growth, ()),
)
WORDS = {  # folder of words -> what they are
    "births": "births (of a pathway of a new module)",
    "tasks": "tasks",
}
HEADERS = ("key", "default", "values", "meaning")
INTRODUCTION = f"""# Settings

Everything is in `config.yaml`: what all arms share under `defaults`, then one line per *arm*, which names
what it overrides and, beside the keys of `defaults`, may say `seeds` (how many networks) and `target` (`all`,
`pool_proof` or `far`). A value of `defaults`, of a column's `change` or of `seeds` may be one for each
family: `{{modular: 0.2, flat: 0.05}}`. A key that does not exist, a value that cannot be, or settings that
could not run to the end stop the run before any job starts. Another file is used with
`snakemake --configfile FILE`; `config/demo.yaml` is a small one. `python -m modgrow settings FILE` says
in one line what is wrong in a file.

Births and tasks are files of `modgrow/births` and `modgrow/tasks`: one more file there is one more word.

Numbers are written plainly (`0.01` or `1.0e-2`; YAML takes `1e-2` for text and `12:30` for 750). There may be
{MOST_ARMS} arms and {MOST_NETWORKS:,} networks in all, those of columns included, and no job may
need more than 1 TB of memory.

This page is made by `make docs` from the settings' own descriptions.
"""


def describe() -> str:
    """Plain-text tables: top level, then what an arm may override, then the growth policy, then words."""
    look = {"tablefmt": "simple", "disable_numparse": True}
    parts = [
        f"{title}\n{tabulate(list(_rows(model, hidden)), HEADERS, **look)}" for title, model, hidden in PARTS
    ]
    parts += [f"{title}\n{tabulate(_words(folder), **look)}" for folder, title in WORDS.items()]
    return "\n\n".join(parts)


def markdown() -> str:
    """The same as a page: `config/README.md`."""
    look = {"tablefmt": "pipe", "disable_numparse": True}
    parts = [
        f"## {title}\n\n{tabulate(_quoted(model, hidden), HEADERS, **look)}" for title, model, hidden in PARTS
    ]
    for folder, title in WORDS.items():
        rows = [(f"`{word}`", meaning) for word, meaning in _words(folder)]
        parts.append(f"## {title}\n\n{tabulate(rows, ('word', 'meaning'), **look)}")
    return "\n".join([INTRODUCTION, "\n\n".join(parts), ""])


def _words(folder: str) -> list[tuple[str, str]]:
    """Every word that is a file of the folder, and the first line of the file."""
    documented = [(word, extensions.load(folder, word).__doc__ or "") for word in extensions.names(folder)]
    return [(word, text.strip().partition("\n")[0]) for word, text in documented]


def _quoted(model: type[Record], hidden: tuple[str, ...]) -> list[tuple]:
    """Rows whose key is set as code, and in which no bar ends a cell."""
    rows = ((cell.replace("|", "or") for cell in row) for row in _rows(model, hidden))
    return [(f"`{key}`", *others) for key, *others in rows]


def _rows(
    model: type[Record], hidden: tuple[str, ...] = (), prefix: str = "", defaults: Record | None = None
) -> Iterator[tuple[str, str, str, str]]:
    """(key, default, values, meaning); of a record within a record the keys below it, with a dot."""
    schemas = model.model_json_schema()["properties"]
    for key, field in model.model_fields.items():
        if key in hidden:
            continue
        known = not field.is_required()
        default = getattr(defaults, key) if defaults else field.get_default(call_default_factory=True)
        if isinstance(field.annotation, type) and issubclass(field.annotation, Record):
            yield from _rows(field.annotation, (), f"{prefix}{key}.", default)
        else:
            said = _default(default) if known or defaults else "required"
            extra = said_beside(field)
            if "flat" in extra:
                said += f"; flat: {_default(extra['flat'])}"
            yield f"{prefix}{key}", said, _values(schemas[key]), field.description


def _default(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, tuple):
        return str(list(value))
    return "none" if value in ([], {}) else str(value)


def _values(schema: dict) -> str:
    """What may stand there: words, or a kind and its range."""
    if "words" in schema:
        known = " | ".join(extensions.names(schema["words"]))
        return f"{known}, then {' | '.join(schema['then'])}" if "then" in schema else known
    if "$ref" in schema:
        return "one for each family"
    if "anyOf" in schema:
        return " or ".join(_values(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    return str(schema["const"]) if "const" in schema else _kind(schema)


def _kind(schema: dict) -> str:
    """`integer >= 1 <= 4096`."""
    bounds = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
    words = {"array": "list", "object": "mapping", "string": "text"}
    kind = schema.get("type", "")
    return " ".join(
        [words.get(kind, kind), *(f"{sign} {schema[at]}" for at, sign in bounds.items() if at in schema)]
    )
