"""The rules of the trade: pure functions on frozen values.

What lives here decides, and nothing else: no input or output, no database, no framework, only
the standard library. Time (`now`) and chance (`rng`) are handed in. A rule answers with a tuple
of `reasons.No`; the empty tuple means yes.
"""
