"""Writers of the store: the session, the lease, the journal, recovery, shutdown."""
