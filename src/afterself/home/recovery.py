"""Recovery words: twelve made-up words of five letters that stand for a random secret, and back.

Each word is two bytes as consonant-vowel-consonant-vowel-consonant ("proquints", D. S. Wilkerson,
arXiv:0901.4016), so no word list is needed and the words read the same in most languages. Twenty
bytes are secret, the last two words are a checksum that notices what was misread.
"""

from __future__ import annotations

import hashlib
import re

from afterself.errors import WrongPassphrase

SECRET_BYTES = 20
_CHECK_BYTES = 4
WORDS = (SECRET_BYTES + _CHECK_BYTES) // 2
_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aiou"
_LETTERS = (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS, _CONSONANTS)
_WORD = re.compile(f"([{_CONSONANTS}][{_VOWELS}]){{2}}[{_CONSONANTS}]")


def words_of(secret: bytes) -> str:
    """The words of a secret of 20 bytes, with blanks between them."""
    data = secret + _check(secret)
    numbers = (int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    return " ".join(_word(number) for number in numbers)


def secret_of(text: str) -> bytes | None:
    """The secret of typed words, None if the text is something else (a passphrase).

    WrongPassphrase if it has the form of recovery words but a word was mistyped.
    """
    words = re.split(r"[\s,.;-]+", text.strip().casefold())
    if len(words) != WORDS or not all(_WORD.fullmatch(word) for word in words):
        return None
    data = b"".join(_number(word).to_bytes(2, "big") for word in words)
    secret, check = data[:SECRET_BYTES], data[SECRET_BYTES:]
    if check != _check(secret):
        raise WrongPassphrase(
            "These recovery words do not belong together: at least one is mistyped, or their order is wrong.",
            remedy="Compare them with what you wrote down, word for word.",
        )
    return secret


def _check(secret: bytes) -> bytes:
    return hashlib.blake2b(secret, digest_size=_CHECK_BYTES, person=b"afterself words").digest()


def _word(number: int) -> str:
    letters = ""
    for shift, alphabet in (
        (12, _CONSONANTS),
        (10, _VOWELS),
        (6, _CONSONANTS),
        (4, _VOWELS),
        (0, _CONSONANTS),
    ):
        letters += alphabet[(number >> shift) % len(alphabet)]
    return letters


def _number(word: str) -> int:
    number = 0
    for letter, alphabet in zip(word, _LETTERS, strict=True):
        number = number * len(alphabet) + alphabet.index(letter)
    return number
