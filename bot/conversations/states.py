"""Who can be in charge of a conversation (contracts, `in_charge`)."""

ASSISTANT, WAITING, STAFF, CLOSED = "assistant", "waiting", "staff", "closed"
