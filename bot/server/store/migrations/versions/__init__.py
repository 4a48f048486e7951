"""Contains one file for each migration."""
