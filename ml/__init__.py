"""The machine-learning side of Understudy: footage to takes, and training. Nothing here knows Blender."""
