"""The second pass over a file: exact tokens, examples over the limit, near duplicates, overlap, languages.

It costs memory for a vocabulary, a language model and sketches, so it runs after the first pass, in a process that may
end (`bot.helper`) or in the command line tool.
"""
