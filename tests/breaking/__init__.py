"""Break it: the program is killed, stopped and starved at exact points, and carries on where it was."""
