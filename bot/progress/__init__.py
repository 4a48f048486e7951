"""What the learner did, read from issues and labels alone: values, nothing written."""
