"""The source databases, as their connectors' users see them."""
