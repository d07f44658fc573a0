"""From what an input describes to an entry of the environment file: each file takes the properties of one subject."""
