"""Every setting with its meaning, default and range, from the settings' own records."""

from modgrow.arm import Arm, Growth, Record
from modgrow.config import Settings


def describe() -> str:
    """A plain-text table: top level, then what an arm may override, then the growth policy."""
    parts = [
        ("config.yaml", Settings, ("arms", "arm_seeds", "arm_targets")),
        ("defaults, or one arm", Arm, ("growth",)),
        ("growth (modular arms)", Growth, ()),
    ]
    return "\n\n".join(f"{title}\n{_table(model, hidden)}" for title, model, hidden in parts)


def _table(model: type[Record], hidden: tuple[str, ...]) -> str:
    fields = model.model_json_schema()["properties"]
    rows = [
        (key, _default(fields[key]), _values(fields[key]), fields[key]["description"])
        for key in fields
        if key not in hidden
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return "\n".join(
        "  " + "  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[3]]) for row in rows
    )


def _default(schema: dict) -> str:
    default = schema.get("default", "required" if "default" not in schema else None)
    return "null" if default is None else str(default).lower() if isinstance(default, bool) else str(default)


def _values(schema: dict) -> str:
    if "anyOf" in schema:
        return " or ".join(_values(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    lows = [
        f">= {schema['minimum']}" if "minimum" in schema else "",
        f"> {schema['exclusiveMinimum']}" if "exclusiveMinimum" in schema else "",
    ]
    highs = [
        f"<= {schema['maximum']}" if "maximum" in schema else "",
        f"< {schema['exclusiveMaximum']}" if "exclusiveMaximum" in schema else "",
    ]
    return " ".join(filter(None, [schema.get("type", ""), *lows, *highs]))
