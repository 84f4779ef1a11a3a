One content, set twice: as PDF by typst and as DOCX to edit. Papers speak Indonesian, whatever language the pages are in.
A paper is a list of blocks: what was typed goes in as data and can never become markup.
"""

