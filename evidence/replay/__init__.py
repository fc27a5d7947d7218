"""The gate tests itself: pseudo-gates on recorded pairs, by our rule and by those of other tools."""
