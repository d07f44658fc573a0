"""The roles of the pipeline, and what each may do."""
