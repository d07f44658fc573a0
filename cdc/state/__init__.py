"""cdc bootstrap and cdc state: the state store, locks and versions."""
