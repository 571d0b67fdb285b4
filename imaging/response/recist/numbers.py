"""The numbers of RECIST 1.1, in mm unless said otherwise.

Source   Eisenhauer et al., Eur J Cancer 2009;45:228; questions and clarifications of the EORTC (recist.eortc.org).
"""

from decimal import Decimal

VERSION = "1.1"

MOST_TARGETS = 5
MOST_TARGETS_AN_ORGAN = 2
SMALLEST = Decimal(10)
SMALLEST_ON_CHEST_XRAY = Decimal(20)
THIN_SLICE = Decimal(5)
SLICES = 2  # on thicker slices, so many times the slice
SMALLEST_NODE = Decimal(15)
NORMAL_NODE_BELOW = Decimal(10)
TOO_SMALL = Decimal(5)

RESPONSE_PERCENT = Decimal(30)
PROGRESSION_PERCENT = Decimal(20)
PROGRESSION_MM = Decimal(5)

BASELINE_DAYS = 28
CONFIRMED_AFTER_DAYS = 28
STABLE_AFTER_DAYS = 42

# Guards against a slip of unit or key, not of RECIST.
LARGEST = Decimal(1000)
MOST_DECIMALS = 6
