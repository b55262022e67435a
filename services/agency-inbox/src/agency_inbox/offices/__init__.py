"""What offices keep besides complaints: their officers, saved views, settings and answer templates. Primary data."""
