"""Long passwords that guessers try early are known for what they are; honest ones pass."""

import pytest

from app.domain.guessing import is_soon_guessed


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "passwordpassword", "P@ssw0rd2026!", "qwertyuiop123", "1q2w3e4r5t6y", "1qaz2wsx3edc",
        "iloveyou12345", "letmeinletmein", "Summer2026!!!", "monkeydragonsunshine", "Switchyard2026",
        "abcabcabcabc", "aaaaaaaaaaaaaaaa", "123456789012", "210987654321", "poiuytrewq2025", "welcometotheworld",
    ],
)  # fmt: skip
def test_what_stands_at_the_head_of_every_list_is_refused(password: str):
    assert is_soon_guessed(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery", "seven quiet green trains", "the-quick-brown-lead", "x8Kq2vLm0pRt",
        "tulip.bracket.seven", "my cat hates wet Tuesdays", "пароль для портала", "a much longer passphrase",
    ],
)  # fmt: skip
def test_what_people_think_up_themselves_passes(password: str):
    assert not is_soon_guessed(password)


def test_the_longest_password_is_judged_too():
    assert is_soon_guessed("password" * 32)
    assert not is_soon_guessed("".join(chr(0x4E00 + number * 7) for number in range(256)))
