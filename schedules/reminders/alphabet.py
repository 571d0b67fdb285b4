"""What an SMS can hold: the GSM 7-bit alphabet (3GPP TS 23.038)."""

import unicodedata

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("^{}\\[~]|€")  # each takes two places
LONGEST_SMS = 160
PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\N{NO-BREAK SPACE}": " "}
)


def as_sms(text: str) -> str:
    """Return `text` in the alphabet of SMS as far as it goes: accents that it does not have are left away."""
    return "".join(map(in_alphabet, unicodedata.normalize("NFC", text).translate(PLAIN)))


def in_alphabet(letter: str) -> str:
    """Return the letter, or its base letter where only its accent is strange to the alphabet."""
    if letter in BASIC or letter in TWICE:
        return letter
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base in BASIC else letter


def strange_to_sms(text: str) -> list[str]:
    """Return the characters an SMS cannot hold, each once, in order."""
    return list(dict.fromkeys(letter for letter in as_sms(text) if letter not in BASIC and letter not in TWICE))


def places(text: str) -> int:
    """Return how many of an SMS's 160 places `text` takes."""
    return sum(2 if letter in TWICE else 1 for letter in as_sms(text))
