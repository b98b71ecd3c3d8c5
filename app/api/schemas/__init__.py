"""The shapes of replies that are more than a few lines: one resource a file, nothing that asks a query."""
