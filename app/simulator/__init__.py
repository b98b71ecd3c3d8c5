"""The fake buyers of the demo, the tests and the benchmark, and a sink for webhooks.

A real HTTP server on loopback that knows nothing of the rest: it imports the settings, the clock and
the log, never a service or a table. Buyers are made up by whoever calls them: the path names the
buyer, the query says how it behaves, and the same seed and id always get the same answer.
"""
