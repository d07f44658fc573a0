"""The schema registry of a rehearsal: Apicurio's server, which speaks Confluent's API too."""
