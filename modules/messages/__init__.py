"""Error messages, and secrets that must not appear in them."""
