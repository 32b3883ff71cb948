"""The demonstration: a bundled clip goes all the way to an animated character."""
