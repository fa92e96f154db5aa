"""In what two records of plain values differ."""

from typing import Any

from modgrow.errors import printable

ABSENT = "nothing"


def differences(old: Any, new: Any, key: str = "") -> dict[str, tuple[Any, Any]]:
    """Dotted key -> (old, new) of every value that differs; a key that one side lacks has ABSENT there."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return {} if old == new else {key: (old, new)}
    found = {}
    for name in sorted({*old, *new}):
        below = f"{key}.{name}" if key else name
        found |= differences(old.get(name, ABSENT), new.get(name, ABSENT), below)
    return found


def in_words(found: dict[str, tuple[Any, Any]], most: int = 3) -> str:
    """`learning_rate 0.1, now 0.2; ... (and 2 more)`: one printable line, a few hundred characters."""
    said = [
        f"{printable(key)} {printable(str(old), 40)}, now {printable(str(new), 40)}"
        for key, (old, new) in list(found.items())[:most]
    ]
    more = f" (and {len(found) - most} more)" if len(found) > most else ""
    return "; ".join(said) + more
