"""Files that a user names: read and written with the same checks and errors by every command."""
