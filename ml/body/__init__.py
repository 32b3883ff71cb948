"""The body: from pose and hand landmarks to VRM humanoid rotations, a path in metres and planted feet."""
