"""The environment file: its models, names and rules, and how it is loaded."""
