"""A made-up clinic around a given day, entered through the same actions as a real one. Only for trying the product."""
