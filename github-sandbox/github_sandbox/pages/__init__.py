"""The sandbox in a browser: what is in a repository, and plain forms to act on it as the learner.

No script, no asset from elsewhere; a strict Content-Security-Policy holds pages to that.
"""
