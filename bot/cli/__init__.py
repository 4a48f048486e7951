"""The command line: thin entries that gather edges, call a use case and print what it says."""
