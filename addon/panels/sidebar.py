"""Where the panels are: the tab Understudy of the 3D view's sidebar."""

from __future__ import annotations


class Sidebar:
    """Mixed into every panel."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Understudy"
