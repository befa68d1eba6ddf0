"""Tuning the sentence encoder for risk: low-rank adapters, trained from `data/risk/examples/` by `make finetune`."""
