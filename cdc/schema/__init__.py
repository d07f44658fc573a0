"""The JSON Schema of environment files, by which editors complete and check them."""
