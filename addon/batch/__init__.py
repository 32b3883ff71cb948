"""Batches inside Blender: one process that checks, applies and renders shot after shot for the runner."""
