"""Webhook deliveries: from the request to the database."""
