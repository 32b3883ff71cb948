"""What each command of ml/cli.py does, one file each."""
