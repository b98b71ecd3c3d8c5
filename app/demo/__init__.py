"""The demo's data: made-up people and companies, put in through the services that people use.

Nothing here is imported by the product. Phones are from the ranges that regulators keep free for
fiction, addresses from those kept for documentation, e-mails under reserved names: none can be reached.
"""
