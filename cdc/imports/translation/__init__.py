"""Converts a described connector to an entry of the environment file; each file handles one subject."""
