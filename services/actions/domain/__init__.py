"""The rules of meetings and commitments. Pure: the moment, the ids and what is known come as arguments."""
