"""Examples that are almost the same, within a file and between two: sketches of texts, compared in bounded memory.

Built while a second pass reads the texts (`sketches.Sketches`); nothing of a text is kept but hashes.
"""
