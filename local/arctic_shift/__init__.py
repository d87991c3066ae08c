"""A stand-in for Arctic Shift: the part of its API that the collector uses, over HTTP."""
