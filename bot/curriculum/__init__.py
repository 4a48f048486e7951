"""What is to be learned: the model of a guide, and the ways into it."""
