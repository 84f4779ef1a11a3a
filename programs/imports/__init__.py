"""Lists of recipients as sheets: the kind "recipients" of the import engine, from reading cells to the log."""
