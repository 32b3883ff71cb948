"""Behaviour: idling, listening, talking and walking generated where nothing was filmed (adversarial motion prior)."""
