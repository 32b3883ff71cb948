"""Batch: a folder of footage becomes keyed and rendered scenes, on this machine or on a farm.

job file -> plan (which tasks, with hashed inputs) -> runner (worker processes) -> report. Nothing here imports Blender
or torch: what needs them runs in worker processes (engine_worker.py, and addon/batch inside Blender).
"""
