"""What was changed in how the helpdesk is set up: by whom, when, from what to what."""
