"""The oracle: a second, brute-force reading of the protocol and the rules that shares no code with the product.

It reads the log of a simulated clinic (docs/simulation.md) and says what should have been planned, sent and raised.
"""
