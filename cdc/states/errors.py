"""What a state command may end with."""


class StateError(Exception):
    """Says in words what must be otherwise; nothing was changed by what raised it."""
