"""The jobs as each peer wants them, and how it enqueues them. Run in the peers' environments."""
