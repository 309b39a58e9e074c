"""The road of a mail, in and out."""
