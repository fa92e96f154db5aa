"""What can be wrong with what a user gives us: one line that names the file or key, and the mend."""


class ModgrowError(Exception):
    """Base of all errors a user can mend; its text is the whole message."""


class SettingsError(ModgrowError):
    """A setting is missing, unknown, ill-typed, out of range, or impossible beside another."""


class StoreError(ModgrowError):
    """A file of results cannot be written, or is not what its name promises."""
