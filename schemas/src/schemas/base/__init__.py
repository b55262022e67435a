"""Values that everything else uses: ids, streams, topics, envelope, sealed text, limits, refusals."""
