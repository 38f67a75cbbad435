"""What every provider promises, tried on all of them: a fourth is one more entry in `subjects.py`."""
