"""Figures that everybody may see: a read model with one row for each complaint and running sums over those rows."""
