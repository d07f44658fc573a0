"""The error for invalid and unsupported policy documents."""


class PolicyError(ValueError):
    """IAM would refuse the document, or it uses what is not supported here: where, what, what is allowed."""
