"""The embedded AWS: moto with patches, control planes for MSK and MSK Connect, and the resources that exist before a deploy."""
