"""The shapes in which connectors are found: what each is recognized by, and how it is read."""
