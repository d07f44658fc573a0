"""The error that ends a rehearsal early."""

from rehearsal.processes.findings import Finding


class RehearsalError(Exception):
    """The rehearsal failed: what failed, and the log lines or messages that show it; ``findings`` has causes."""

    def __init__(self, message: str, *findings: Finding) -> None:
        super().__init__(message)
        self.findings = findings


class RefusedError(RehearsalError):
    """What was asked for is refused before anything was changed: no failure of a server explains it."""
