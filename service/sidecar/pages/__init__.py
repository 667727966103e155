"""The pages for people: the status page and the list of endpoints.

They show what the other answers say, from the same reading, and load nothing from anywhere else.
"""
