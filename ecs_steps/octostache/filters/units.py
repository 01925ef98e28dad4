"""The bytes and the 16-bit units that .NET would hold for a text."""


def encode(text: str, codec: str = "utf-8") -> bytes:
    """Encode `text`; half a surrogate pair becomes U+FFFD, as in .NET."""
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return paired.encode(codec)


def utf16_units(text: str) -> list[int]:
    """Return the 16-bit units that .NET would hold for `text`."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2)]
