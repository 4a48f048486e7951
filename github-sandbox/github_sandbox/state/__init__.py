"""What the sandbox remembers and what may be done to it. Nothing here knows HTTP."""
