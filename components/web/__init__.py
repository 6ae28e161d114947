"""The web channel: page, widget and socket on the bot's own port. In credentials.yml: ``components.web.WebChannel``."""

from components.web.channel import WebChannel

__all__ = ["WebChannel"]
