"""Reports: values first, then text from `templates/`. They tell what is; they never shame."""
