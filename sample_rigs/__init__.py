"""Sample characters: the .blend files the extension ships, and the scripts which build them."""
