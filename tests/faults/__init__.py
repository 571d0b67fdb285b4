"""Faults on purpose: messages while processes are killed, servers vanish and providers misbehave (docs/faults.md).

`bin/test faults` runs the campaign on real processes. What is kept here is outside the product: it has no switch for
any of this.
"""
