"""The tests, one folder a room; what they share is in ``tests.support``."""
