"""What stored readings of scans come to: which score counts, and what it is held against."""
