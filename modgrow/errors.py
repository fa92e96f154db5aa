"""What can be wrong with what a user gives us: one line that names the file or key, and the mend."""


class ModgrowError(Exception):
    """Base of all errors a user can mend; its text is the whole message."""


class SettingsError(ModgrowError):
    """A setting is missing, unknown, ill-typed, out of range, or impossible beside another."""


class StoreError(ModgrowError):
    """A file of results cannot be written, or is not what its name promises."""


def printable(text: str, most: int = 60) -> str:
    """A text on one line: at most `most` characters, what a terminal cannot show written as its code."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 3] + "..."
