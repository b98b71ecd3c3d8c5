"""The workers and the sweeper: thin entry points that open an application's context and call one service.

What is to be done stands in the tables. A job carries a tenant's id and nothing else; running it twice, late or
never changes nothing but the moment at which the sweeper finds what it left.
"""
