"""Emotion: recognised in a performance, and laid over one."""
