"""``cdc preflight``: checks the account and the databases before a deploy."""
