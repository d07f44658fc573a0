"""The formats of connectors: how each is detected and read."""
