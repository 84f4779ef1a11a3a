"""The yearly report on reducing poverty (LP2KD): chapters, figures, files, issued versions."""
