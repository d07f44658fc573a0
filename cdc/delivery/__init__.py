"""Commands for delivery: exported JSON, Atlantis, CDKTF's command line, provider hashes."""
