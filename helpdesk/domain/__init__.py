"""What the product is about, one folder per subject."""
