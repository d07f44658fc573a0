"""``cdc import``: converts existing connectors to entries of the environment file."""
