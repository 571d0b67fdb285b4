"""Small files of made-up people."""

import csv
import io

ANA = {
    "mrn": "A1",
    "given_name": "Ana",
    "family_name": "Prueba",
    "birth_date": "1961-03-03",
    "sex": "female",
    "indication": "pheochromocytoma",
    "secreting": "yes",
    "treated_on": "2024-01-31",
}
BEN = ANA | {"mrn": "B2", "given_name": "Ben", "family_name": "Muster", "sex": "male"}


def csv_of(*rows, heads=None, delimiter=","):
    """Return a file with these rows; the heads are the keys of all of them."""
    heads = heads or list(dict.fromkeys(head for row in rows for head in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
