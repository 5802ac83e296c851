"""Where feed files come from: a generated health plan, and connectors for foreign files."""
