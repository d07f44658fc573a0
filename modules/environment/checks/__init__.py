"""Rules and warnings about several values of an environment file."""
