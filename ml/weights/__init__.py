"""Trained models: NAME.safetensors with its card NAME.json, and the registry that loads them by hash."""
