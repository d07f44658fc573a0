"""``cdc verify``: whether what runs after an apply is what was asked for."""
