"""The places that the contract of sources runs over: one file a source."""
