"""Pack bits into text for a body on GitHub, which is limited by characters and not by bytes.

A character carries 14 bits: the 16,384 from U+4E00 on are assigned, are letters of their own in any
normal form, and cannot end a comment.
"""

_FIRST = 0x4E00
_BITS = 14


def pack_bits(bits: str) -> str:
    """Return a string of "0" and "1" as characters, filled up with zeros."""
    bits += "0" * (-len(bits) % _BITS)
    return "".join(chr(_FIRST + int(bits[at : at + _BITS], 2)) for at in range(0, len(bits), _BITS))


def is_packed(text: str) -> bool:
    """Return whether each character is one that carries bits."""
    return all(_FIRST <= ord(char) < _FIRST + (1 << _BITS) for char in text)


def unpack_bits(text: str) -> str:
    """Return the bits of packed text, and up to 13 zeros. Raise ValueError for other text."""
    if not is_packed(text):
        raise ValueError("a character that carries nothing")
    return "".join(f"{ord(char) - _FIRST:0{_BITS}b}" for char in text)
