"""What the measurements and the endurance run are made of."""
