"""The alternatives of regular expressions, so that a test can drop them one at a time."""

from collections.abc import Iterator


def without_each_alternative(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield each alternative of a pattern, at whatever depth, and the pattern without it.

    A pattern without a bar has itself as its only alternative, and nothing is left of it.
    """
    groups = _groups(pattern)
    if all(len(spans) == 1 for spans in groups):
        yield pattern, r"(?!)"
        return
    for spans in groups:
        if len(spans) == 1:
            continue
        for begin, end in spans:
            is_last = (begin, end) == spans[-1]
            cut = (begin - 1, end) if is_last else (begin, end + 1)
            yield pattern[begin:end], pattern[: cut[0]] + pattern[cut[1] :]


def _groups(pattern: str) -> list[list[tuple[int, int]]]:
    """Return the spans of the alternatives of each group; the first group is the pattern itself."""
    finished: list[list[tuple[int, int]]] = []
    open_groups: list[list[tuple[int, int]]] = [[]]
    begins = [0]
    in_class = False
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character == "\\":
            index += 2
            continue
        if in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            index = _skip_prefix(pattern, index)
            open_groups.append([])
            begins.append(index + 1)
        elif character in "|)":
            open_groups[-1].append((begins[-1], index))
            if character == "|":
                begins[-1] = index + 1
            else:
                finished.append(open_groups.pop())
                begins.pop()
        index += 1
    open_groups[0].append((begins[0], len(pattern)))
    return [open_groups[0], *finished]


def _skip_prefix(pattern: str, index: int) -> int:
    """Return the index of the last character of ``(?:`` or ``(?!``."""
    return index + 2 if pattern.startswith("(?", index) else index
