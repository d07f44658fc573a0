"""What is wrong with a policy document, in words for who wrote it."""


class PolicyError(ValueError):
    """A document that IAM would refuse, or that says what is not evaluated here: where, what, what is allowed."""
