"""What the sound of the footage says."""
