"""What runs in the confined child process that opens a stranger's file.

Standard library and calamine only, no Django: the child starts in a few hundredths of a second, and whatever the file
does to it, the worker lives. `core.sheets.reader` starts it and reads its answer.
"""
