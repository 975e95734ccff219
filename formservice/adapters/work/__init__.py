"""Workers: take documents with a lease, work in child processes, write back under a fence."""
