"""What people do to running connectors: ``cdc status``, ``cdc restart``."""
