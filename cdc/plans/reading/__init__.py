"""What a plan says: its resources, before and after, their connectors and properties."""
