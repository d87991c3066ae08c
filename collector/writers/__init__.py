"""What every writer of the store needs: the lease, a journal, recovery, an early end."""
