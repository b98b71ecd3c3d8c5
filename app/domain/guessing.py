"""How soon a password is guessed: passwords that are long and still stand at the head of every guesser's list.

A password is taken apart into pieces that guessers try first (words that people choose, runs on the keyboard, years,
repetitions) and single characters. What comes out of few pieces is guessed soon, however long it is.
"""

from __future__ import annotations

import re

LEAST_PIECES = 6
SHORTEST_RUN = 3
LONGEST_PIECE = 20
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz", "0123456789", "01234567890", "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p", "!@#$%^&*()", '!"£$%^&*()',
)  # fmt: skip
_LEET = str.maketrans("013457@$!|+8", "oleastasiltb")
_YEAR = re.compile(r"(?:19|20)\d\d")
_WORDS = frozenset(  # what people choose when they are asked for a secret
    """
    abc abcd access account admin administrator africa alexander amanda amazon america american and andrew
    android angel anthony anything apple april arsenal asdf ashley august australia autumn azerty baby babygirl
    banana barcelona baseball basketball batman bear benjamin berlin best big black bless blessed blue bonjour
    boss boston boy britain brother business buster butterfly buyer camaro canada cat change changeme charles
    charlie chelsea chicken chocolate christ christopher church city client college company computer cookie cool
    corvette cricket customer dad daniel david december default demo diamond director doctor dog doggy dollar
    dolphin dragon eagle earth eight eminem england enter everton everything example facebook faith falcon
    family father february ferrari fire first five flower flowers football forest forever four france freedom
    friday friend friends galaxy game gamer games gandalf garden george germany ghost ginger girl god golden
    golf goodbye google green guest guitar hacker hallo happy harley harleydavidson heaven hell hello hobbit
    hockey hola home honda horse house hunter hyper iloveyou india instagram internet iphone ironman is it james
    january jennifer jessica jesus john jordan joseph joshua july june junior killer king kitten kitty lady last
    lead leads letme letmein lightning linkedin lion little liverpool login logon london love lovely loveme
    lover loveyou lucky maggie magic man manager manchester march marketing master matrix matthew may me mega
    mercedes merlin metal metallica michael michelle microsoft mister mom monday money monkey moon moonlight
    mother mountain music mustang my naruto new newyork nicole nine ninja nirvana nokia nothing november number
    ocean october office one open opensesame orange our panda paris pass passcode passe passphrase password
    passwort peace pepper phoenix pikachu play player please pokemon porsche power prince princess private
    publisher puppy purple queen qwerty qwertz rabbit rainbow ranger rich richard river robert rock root rugby
    sales sample samsung samuel samurai saturday school secret secrets secure security seller senior september
    service sesame seven shadow signin silver sister six snow soccer soldier something space spider spiderman
    spring star stars starwars storm student summer sunday sunny sunshine super superman support sweet
    switchyard teacher temp temporary ten tennis test tester testing texas thankyou that the this thomas three
    thunder thursday tiger today toyota trust trustno tuesday turtle twitter two ultra united user warrior water
    we wednesday welcome whatever white william windows winter wizard wolf woman work world yamaha yellow you
    your zombie zxcv
    """.split()  # noqa: SIM905 - four hundred quoted words would be read by nobody
)


def is_soon_guessed(password: str) -> bool:
    """Whether it comes apart into fewer than six pieces, counting each different piece once."""
    plain = password.lower()
    return min(_pieces(spelled) for spelled in {plain, plain.translate(_LEET)}) < LEAST_PIECES


def _pieces(text: str) -> int:
    """The fewest different pieces that the text is made of."""
    best: list[frozenset[str]] = [frozenset()]
    for end in range(1, len(text) + 1):
        starts = range(max(0, end - LONGEST_PIECE), end)
        ways = [best[start] | {text[start:end]} for start in starts if end - start == 1 or _is_known(text[start:end])]
        best.append(min(ways, key=len))
    return len(best[-1])


def _is_known(piece: str) -> bool:
    """Whether guessers try this piece as one: a word, a run, a year, one character again and again."""
    if piece in _WORDS or _YEAR.fullmatch(piece) or len(set(piece)) == 1:
        return True
    return len(piece) >= SHORTEST_RUN and any(piece in row or piece[::-1] in row for row in _ROWS)
