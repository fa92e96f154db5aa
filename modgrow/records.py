"""Settings as frozen records, and their identity: what of them a result depends on.

A key that is added later declares the value that means "as before": `json_schema_extra={"as_before": 1}`.
At that value, which never changes, it is left out of the identity, so that adding a key asks for no result
again. It is not the default: a default that changes does change the identity.
"""

from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

AS_BEFORE = "as_before"


class Record(BaseModel):
    """A frozen, strictly typed record; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
    derived: ClassVar[tuple[str, ...]] = ()  # fields that no settings file gives

    @property
    def canonical(self) -> dict[str, Any]:
        """The identity: plain values, keys sorted; of keys added later those that are not as before."""
        plain = self.model_dump(mode="json")
        found = {}
        for key, field in sorted(type(self).model_fields.items()):
            extra = said_beside(field)
            if AS_BEFORE in extra and plain[key] == extra[AS_BEFORE]:
                continue
            value = getattr(self, key)
            found[key] = value.canonical if isinstance(value, Record) else _sorted(plain[key])
        return found

    def identity_without(self, keys: set[str]) -> dict[str, Any]:
        """The identity but for some keys, which do not concern who is told it."""
        return {key: value for key, value in self.canonical.items() if key not in keys}

    @classmethod
    def from_canonical(cls, settings: Any) -> Self:
        """The record that has this identity: the inverse of `canonical`.

        Raises ValueError for values that cannot be, and where a key is missing that always stands there.
        """
        return cls.model_validate(cls.complete(settings))

    @classmethod
    def complete(cls, settings: Any) -> Any:
        """An identity with the keys that it leaves out. Raises ValueError for others that are missing."""
        if not isinstance(settings, dict):
            return settings
        found = dict(settings)
        for key, field in cls.model_fields.items():
            extra = said_beside(field)
            inner = inner_record(field)
            if key in settings:
                found[key] = inner.complete(settings[key]) if inner else settings[key]
            elif AS_BEFORE in extra:
                found[key] = extra[AS_BEFORE]
            else:
                raise ValueError(f"{key} is missing from the settings that made it")
        return found


def said_beside(field: FieldInfo) -> dict[str, Any]:
    """What is declared beside a key: `as_before`, `flat` (a default of its own), `words` (a folder)."""
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}


def inner_record(field: FieldInfo) -> type[Record] | None:
    """The record that a key holds, if it holds one (or null)."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, Record):
            return kind
    return None


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return value
