"""The GitHub Action: what `action.yml` starts. An event comes in, one activity comes out of it."""
