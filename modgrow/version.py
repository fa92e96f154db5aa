"""The version. It stands apart from what training imports: a new version is no reason to train again."""

__version__ = "0.1.0"
