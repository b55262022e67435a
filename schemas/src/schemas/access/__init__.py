"""Who asks, and what they may read: pure rules that interfaces, pages, lists, counts and exports share."""
