"""What every face over HTTP shares: addresses, request ids, bodies, strict JSON, rate headers, error shapes.

It knows Flask and no use case, no table and no dialect: a dialect hangs its own shape in here.
"""
