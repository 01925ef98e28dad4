"""The names that Octopus derives: lodash's camelCase, logical ids and stack names."""

import re
import unicodedata

MAX_STACK_NAME_LENGTH = 128
MAX_LOGICAL_ID_LENGTH = 255

# Unicode does not decompose these into a basic letter and marks; lodash spells them out.
_SPELLED_OUT = {
    "\N{LATIN CAPITAL LETTER AE}": "Ae",
    "\N{LATIN SMALL LETTER AE}": "ae",
    "\N{LATIN CAPITAL LETTER ETH}": "D",
    "\N{LATIN SMALL LETTER ETH}": "d",
    "\N{LATIN CAPITAL LETTER O WITH STROKE}": "O",
    "\N{LATIN SMALL LETTER O WITH STROKE}": "o",
    "\N{LATIN CAPITAL LETTER THORN}": "Th",
    "\N{LATIN SMALL LETTER THORN}": "th",
    "\N{LATIN SMALL LETTER SHARP S}": "ss",
    "\N{LATIN CAPITAL LETTER D WITH STROKE}": "D",
    "\N{LATIN SMALL LETTER D WITH STROKE}": "d",
    "\N{LATIN CAPITAL LETTER H WITH STROKE}": "H",
    "\N{LATIN SMALL LETTER H WITH STROKE}": "h",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "\N{LATIN CAPITAL LIGATURE IJ}": "IJ",
    "\N{LATIN SMALL LIGATURE IJ}": "ij",
    "\N{LATIN SMALL LETTER KRA}": "k",
    "\N{LATIN CAPITAL LETTER L WITH MIDDLE DOT}": "L",
    "\N{LATIN SMALL LETTER L WITH MIDDLE DOT}": "l",
    "\N{LATIN CAPITAL LETTER L WITH STROKE}": "L",
    "\N{LATIN SMALL LETTER L WITH STROKE}": "l",
    "\N{LATIN SMALL LETTER N PRECEDED BY APOSTROPHE}": "n",
    "\N{LATIN CAPITAL LETTER ENG}": "N",
    "\N{LATIN SMALL LETTER ENG}": "n",
    "\N{LATIN CAPITAL LIGATURE OE}": "Oe",
    "\N{LATIN SMALL LIGATURE OE}": "oe",
    "\N{LATIN CAPITAL LETTER T WITH STROKE}": "T",
    "\N{LATIN SMALL LETTER T WITH STROKE}": "t",
    "\N{LATIN SMALL LETTER LONG S}": "s",
}
_LATIN_LETTERS = map(chr, range(0xC0, 0x180))
_COMBINING_MARKS = [*range(0x300, 0x370), *range(0x20D0, 0x2100), *range(0xFE20, 0xFE30)]
_APOSTROPHES = [0x27, 0x2019]
_PLAIN = str.maketrans(
    {letter: _SPELLED_OUT.get(letter) or unicodedata.normalize("NFD", letter)[0] for letter in _LATIN_LETTERS}
) | dict.fromkeys([*_COMBINING_MARKS, *_APOSTROPHES])

# What separates words: all of ASCII and Latin-1 that is no letter or digit, general punctuation, spaces.
_BREAKS = r"\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\xbf\xd7\xf7\u1680\u180e\u2000-\u206f\u3000\ufeff"
_SURROGATES = r"\ud800-\udfff"
_DINGBATS = r"\u2700-\u27bf"
_ASTRAL = r"\U00010000-\U0010ffff"
_UNCASED = f"0-9{_BREAKS}{_SURROGATES}{_DINGBATS}{_ASTRAL}"

# A letter of a script other than Latin goes with capitals and with small letters alike.
_CAPITAL = f"[^a-z{_UNCASED}]"
_SMALL = f"[^A-Z{_UNCASED}]"

_SKIN_TONE = r"[\U0001f3fb-\U0001f3ff]"
_FLAG = r"[\U0001f1e6-\U0001f1ff]{2}"
_VARIANT = rf"[\ufe0e\ufe0f]?{_SKIN_TONE}?"
_EMOJI = rf"(?:{_FLAG}|[{_DINGBATS}{_ASTRAL}]){_VARIANT}(?:\u200d(?:{_FLAG}|[^{_SURROGATES}]){_VARIANT})*"

_WORD = re.compile(
    "|".join(
        [
            rf"{_CAPITAL}+(?=[{_BREAKS}]|[A-Z]{_SMALL}|\Z)",
            f"[A-Z]?{_SMALL}+",
            "[A-Z]+",
            "[0-9]*(?:1ST|2ND|3RD|[04-9]TH)(?![A-Z0-9])",
            "[0-9]*(?:1st|2nd|3rd|[04-9]th)(?![a-z0-9])",
            "[0-9]+",
            _EMOJI,
        ]
    )
)
_FIRST_SYMBOL = re.compile(f"{_SKIN_TONE}(?={_SKIN_TONE})|{_EMOJI}|.", re.DOTALL)


def camel_case(text: str) -> str:
    """Join the words of `text` as lodash 4.17's ``camelCase`` does.

    Latin letters lose their accents, apostrophes vanish, and a new word begins at a change of case, at a
    digit and at whatever is no letter: ``enable 6h format`` becomes ``enable6HFormat``. Letters of other
    scripts and emoji stay, so that the result need not be alphanumeric; it may be empty.
    """
    words: list[str] = [word.lower() for word in _WORD.findall(text.translate(_PLAIN))]
    capitalised = [_FIRST_SYMBOL.sub(lambda first: first[0].upper(), word, count=1) for word in words[1:]]
    return "".join(words[:1] + capitalised)


def stack_name(cluster: str, service_task_name: str, environment_id: str, tenant_id: str | None) -> str:
    """Name the stack of a service in one cluster, environment and tenant, as Octopus does.

    At most 128 characters, the rest is cut off. Check it with `is_stack_name`: a part may hold letters that
    CloudFormation does not take.
    """
    parts = [cluster, service_task_name, environment_id, tenant_id or "untenanted"]
    return "-".join(["cf-ecs", *map(camel_case, parts)])[:MAX_STACK_NAME_LENGTH]


def logical_id(prefix: str, service_task_name: str) -> str:
    """Name a resource of the service in its template.

    ``TaskDefinition`` for the service ``web-api`` becomes ``TaskDefinitionwebApi``. Check it with
    `is_logical_id`, and that `camel_case` leaves anything of the name at all.
    """
    return prefix + camel_case(service_task_name)


def is_logical_id(text: str) -> bool:
    """Return whether CloudFormation accepts `text` as a logical id: 1 to 255 letters and digits of ASCII."""
    return re.fullmatch(rf"[A-Za-z0-9]{{1,{MAX_LOGICAL_ID_LENGTH}}}", text) is not None


def is_stack_name(text: str) -> bool:
    """Return whether CloudFormation accepts `text` as a stack name.

    1 to 128 letters of ASCII, digits and ``-``, the first of them a letter.
    """
    return re.fullmatch(rf"[A-Za-z][A-Za-z0-9-]{{0,{MAX_STACK_NAME_LENGTH - 1}}}", text) is not None
