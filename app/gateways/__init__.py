"""The only input and output beside the database: HTTP out, the queue, counters, the feed, IP facts, secrets.

Each has a null or fake of the same shape for tests. Nothing here knows a use case, a table or a request of ours.
"""
