"""Properties of connectors and workers, and checks of the user's."""
