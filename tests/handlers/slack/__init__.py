"""The Web API as the port that `bot` asks for."""
