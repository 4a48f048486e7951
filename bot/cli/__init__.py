"""The command line: thin entries that read flags, call bot/sync and print the result."""
