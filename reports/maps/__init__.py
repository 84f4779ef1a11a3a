"""Maps of areas without any outside server: shapes from the database, or a scheme around the areas' centres."""
