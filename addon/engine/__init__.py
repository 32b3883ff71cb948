"""The engine beside Blender: finding a Python, installing, starting and talking to it. Only pump.py knows bpy."""
