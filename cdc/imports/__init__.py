"""``cdc import``: connectors as people have them, as entries of the environment file."""
