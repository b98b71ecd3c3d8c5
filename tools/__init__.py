"""Programs for people who work on the project. Nothing in ``app`` or ``jobs`` imports from here."""
