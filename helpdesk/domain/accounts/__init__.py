"""People, functions, business units, and who may do what."""
