"""How a stored message reaches a person, whatever breaks: claimed for a while, looked at again, sent, written down."""
