"""Real peers for the tests: databases, mail servers, a browser."""
