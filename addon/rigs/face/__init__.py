"""The face map: which of a character's shape keys move for each of ARKit's 52 face shapes."""
