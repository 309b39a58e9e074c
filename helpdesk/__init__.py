"""An e-mail- and form-driven helpdesk server."""

__version__ = "0.1.0"
