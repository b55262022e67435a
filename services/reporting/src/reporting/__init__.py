"""Reporting: what everybody may know. Books, counts, public reports and supports, history as of any date, exports."""
