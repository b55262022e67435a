"""Books, counts, public reports, supports, open data, history as of any date, and exports."""
