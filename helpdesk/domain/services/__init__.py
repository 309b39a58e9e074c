"""The service structure, which every ticket's service is a node of."""
