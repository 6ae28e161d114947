"""Conversations in SQL, as Rasa stores them; and deleting one for good."""

from __future__ import annotations


from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

#: The action after which a conversation is deleted.
FORGET = "action_forget"


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL store that can forget."""

    async def delete(self, sender_id: str) -> None:
        """Deletes every event of a conversation."""
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == sender_id).delete()
            session.commit()

    async def exists(self, conversation_id: str) -> bool:
        """Whether anything of a conversation is stored. Rasa's own answer reads the ids of all conversations."""
        with self.session_scope() as session:
            query = session.query(self.SQLEvent.id).filter(self.SQLEvent.sender_id == conversation_id)
            return query.first() is not None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Saves as Rasa does; a turn in which the user asked to be forgotten ends with the deletion instead."""
        for event in reversed(tracker.events):
            if isinstance(event, UserUttered):
                break
            if isinstance(event, ActionExecuted) and event.action_name == FORGET:
                await self.delete(tracker.sender_id)
                return
        await super().save(tracker)


