"""``cdc snapshot``."""
