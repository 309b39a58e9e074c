"""A small application that shows every layout and macro with sample data; run by hand."""
