"""The error that ends a rehearsal early."""


class RehearsalError(Exception):
    """The rehearsal failed: what failed, and the log lines or messages that show it."""
