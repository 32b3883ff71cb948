"""The face: from FaceMesh landmarks to ARKit weights, gaze and head rotation."""
