"""Everything that touches Redis: keys, scripts, transport, ledger, dead set, snapshot.

Nothing outside this room knows how jobs are kept in the broker, or which transport moves them.
"""
