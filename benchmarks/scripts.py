"""What the users of the benchmarks say: the kinds of a message, and conversations of equal length for both bots."""

from __future__ import annotations

from benchmarks.client import Script

#: Kinds of a message, as the tables name them.
FIRST, FOLLOW_UP, ALERT = "first answer", "follow-up", "alert"

#: Ours: every message runs the screen, all but the alert an action.
BACKTALK: Script = (
    (FIRST, "my lower back hurts when I sit at my desk all day"),
    (FOLLOW_UP, "how often should I do that"),
    (FOLLOW_UP, "another one please"),
    (FOLLOW_UP, "is it safe if I'm pregnant?"),
    (ALERT, "now I can't feel anything between my legs and I can't pee"),
)

#: The starter's own talk, from its stories: as many messages.
STARTER: Script = (
    (FIRST, "hello there"),
    (FOLLOW_UP, "I am feeling very sad"),
    (FOLLOW_UP, "no that did not help"),
    (FOLLOW_UP, "are you a bot?"),
    (ALERT, "goodbye, see you later"),
)

#: Conversations whose answers differ, to notice an answer that went astray.
VARIED: tuple[Script, ...] = (
    BACKTALK,
    (
        (FIRST, "my neck is stiff"),
        (FOLLOW_UP, "why does that help"),
        (FOLLOW_UP, "what else can I do"),
        (FOLLOW_UP, "thanks"),
    ),
    (
        (FIRST, "how do I make a foot bath"),
        (FOLLOW_UP, "I have diabetes"),
        (FOLLOW_UP, "what can I do instead"),
        (FOLLOW_UP, "bye"),
    ),
    (
        (FIRST, "hello"),
        (FOLLOW_UP, "should I use ice or heat"),
        (FOLLOW_UP, "how long"),
        (FOLLOW_UP, "ok thank you"),
    ),
    (
        (FIRST, "how should I sleep with back pain"),
        (FOLLOW_UP, "and which pillow"),
        (FOLLOW_UP, "I'm 70 and have osteoporosis"),
        (FOLLOW_UP, "show me a stretch"),
    ),
)
