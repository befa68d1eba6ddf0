"""What `make bench` measures: speed and memory of every part and of the whole, beside Rasa's default pipeline."""
