"""The three processes under one command: `bot.processes.run.run()` is `vra run`."""
