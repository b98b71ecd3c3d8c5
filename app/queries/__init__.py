"""Reads for lists, pages, feeds and reports, as frozen rows.

Every query takes the actor and shows what is theirs: the tenant by the session's fence and by an
explicit condition, the owner by ``scope``. API and portal share them, so that a number is the same
on both faces. Nothing here writes, sends or commits.
"""
