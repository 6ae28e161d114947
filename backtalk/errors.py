"""The one kind of error that content can cause."""

from __future__ import annotations


class ContentError(ValueError):
    """A file under ``data/`` says something that Backtalk cannot use.

    The message names the file, the entry and the reason, in words for the person who edits the content.
    """
