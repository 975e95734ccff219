"""How large a file is, as people read it."""


def megabytes(size: int) -> str:
    """Return ``size``, in bytes, in millions of them: „0,1 MB“ at least, „60 MB“."""
    return f"{max(0.1, size / 1_000_000):.1f} MB".replace(".", ",").replace(",0 MB", " MB")
