"""cdc plugin: build, inspect and update plugin archives."""
