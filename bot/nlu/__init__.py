"""What plugs into Rasa: features, entities, tracker store, channel, training and serving."""
