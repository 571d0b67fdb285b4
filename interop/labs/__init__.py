"""Laboratory results from files: what they are told to be, read row by row, whatever their size."""
