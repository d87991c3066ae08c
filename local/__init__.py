"""The one-machine stack: functions host, Reddit stand-in, sample feed and command line."""
