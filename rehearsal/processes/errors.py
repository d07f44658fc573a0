"""What ends a rehearsal early, in words for its user."""


class RehearsalError(Exception):
    """The rehearsal did not get through: what failed, and what shows it."""
