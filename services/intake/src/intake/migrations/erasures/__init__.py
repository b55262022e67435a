"""Migrations of the list of erased complaints."""
