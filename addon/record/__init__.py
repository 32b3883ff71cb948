"""Recording a performance: pictures in panels, and the state of the camera."""
