"""The life of one complaint: its state, the lifecycle table, and the fold of events into the state."""
