"""From what is to be learned and what is there to the ordered changes that close the gap."""
