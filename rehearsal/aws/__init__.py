"""The embedded AWS: patched moto, control planes for MSK and MSK Connect, and resources that exist before a deploy."""
