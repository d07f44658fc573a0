"""Models of the environment file: immutable, with a type for each value and without unknown keys."""
