// Replaced by the composition root.
