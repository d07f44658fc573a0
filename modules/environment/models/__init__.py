"""The parts of an environment file as closed, immutable models: a type says what one value may be."""
