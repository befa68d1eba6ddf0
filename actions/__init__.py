"""Rasa's custom actions, one file a capability. They are thin: what is said comes from `bot.knowledge` and
`bot.directory`, and every reply is one JSON message of the shape `bot.messages.Reply`."""
