"""The Telegram channel: Rasa's edge to the Bot API, by long polling or by webhook.

It stands on aiohttp, which Rasa brings, and not on a Telegram library: no package is added, no log of another's has
to be silenced for the token's sake, and what is repeated after a failure, and what never, is decided here.
"""
