"""``cdc events``."""
