"""Lists of patients as CSV files: reading them, checking them whole, writing files that spreadsheets open safely."""
