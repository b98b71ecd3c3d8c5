"""Names, towns and number ranges of people who do not exist."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_NAMES = (
    "Aisha", "Alfie", "Amelia", "Anwen", "Archie", "Ayaan", "Beatrice", "Ben", "Bronwen", "Callum", "Catriona",
    "Charlotte", "Chidi", "Daisy", "Daniel", "Deepak", "Dylan", "Eilidh", "Eleanor", "Elif", "Emily", "Ewan",
    "Fatima", "Femi", "Finlay", "Freya", "George", "Grace", "Hamish", "Hannah", "Harriet", "Harry", "Imran", "Iona",
    "Isla", "Jack", "Jasmine", "Joseph", "Kasia", "Kieran", "Kwame", "Leah", "Liam", "Lucy", "Mairi", "Marcus",
    "Megan", "Mohammed", "Nadia", "Niamh", "Oliver", "Olivia", "Oscar", "Owen", "Poppy", "Priya", "Rhys", "Rosie",
    "Ruth", "Samuel", "Sanjay", "Sinead", "Sophie", "Tariq", "Theo", "Tom", "Uzma", "Violet", "William", "Yasmin",
    "Zainab", "Zoe",
)  # fmt: skip

LAST_NAMES = (
    "Abbott", "Adeyemi", "Ahmed", "Baker", "Bell", "Bennett", "Brown", "Campbell", "Carter", "Chaudhry", "Clarke",
    "Cooper", "Davies", "Doyle", "Edwards", "Evans", "Fraser", "Gallagher", "Gibson", "Green", "Griffiths", "Hall",
    "Harris", "Hughes", "Hussain", "Iqbal", "Jackson", "James", "Jenkins", "Jones", "Kaur", "Kelly", "Khan", "King",
    "Lewis", "Macdonald", "Mackenzie", "Marshall", "Mehta", "Mills", "Morgan", "Morrison", "Murphy", "Nowak",
    "O'Brien", "Okafor", "Owen", "Palmer", "Parker", "Pearce", "Phillips", "Price", "Rahman", "Reid", "Richards",
    "Roberts", "Robinson", "Ross", "Scott", "Shah", "Sharma", "Shaw", "Simpson", "Singh", "Smith", "Stewart",
    "Taylor", "Thomas", "Thompson", "Turner", "Walker", "Ward", "Watson", "White", "Williams", "Wood", "Wright",
    "Young",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Town:
    """A town with the outward half of its postcodes."""

    name: str
    districts: tuple[str, ...]


TOWNS = (
    Town("London", ("E1", "E8", "N1", "N16", "NW3", "SE1", "SE15", "SW1A", "SW4", "SW11", "W1", "W6", "EC1A")),
    Town("Manchester", ("M1", "M4", "M14", "M20")),
    Town("Birmingham", ("B1", "B5", "B13", "B29")),
    Town("Leeds", ("LS1", "LS6", "LS8")),
    Town("Bristol", ("BS1", "BS3", "BS6", "BS8")),
    Town("Liverpool", ("L1", "L8", "L17")),
    Town("Sheffield", ("S1", "S7", "S10")),
    Town("Newcastle upon Tyne", ("NE1", "NE2", "NE6")),
    Town("Nottingham", ("NG1", "NG5", "NG7")),
    Town("Glasgow", ("G1", "G11", "G12", "G41")),
    Town("Edinburgh", ("EH1", "EH3", "EH6", "EH9")),
    Town("Aberdeen", ("AB10", "AB24")),
    Town("Dundee", ("DD1", "DD2")),
    Town("Cardiff", ("CF10", "CF11", "CF24")),
    Town("Swansea", ("SA1", "SA2")),
    Town("Belfast", ("BT1", "BT7", "BT9")),
    Town("Norwich", ("NR1", "NR2")),
    Town("Cambridge", ("CB1", "CB4")),
    Town("Oxford", ("OX1", "OX4")),
    Town("Brighton", ("BN1", "BN2")),
    Town("Exeter", ("EX1", "EX4")),
    Town("Plymouth", ("PL1", "PL4")),
    Town("Southampton", ("SO14", "SO17")),
    Town("York", ("YO1", "YO10")),
)

INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""Letters that the second half of a British postcode may hold."""

PHONE_RANGES = (
    "+447700900", "+442079460", "+441134960", "+441144960", "+441154960", "+441164960", "+441174960", "+441214960",
    "+441314960", "+441414960", "+441514960", "+441614960", "+441914980",
)  # fmt: skip
"""Ofcom's numbers for drama: each is followed by three free digits."""

MAIL_HOSTS = ("example.com", "example.org", "example.net", "mail.example.co.uk", "post.example.org.uk")

ADDRESS_RANGES = ("192.0.2.", "198.51.100.", "203.0.113.")
"""RFC 5737: addresses for documentation."""

BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1",
    "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
)

SUB_IDS = ("ab-variant-1", "ab-variant-2", "ab-variant-3", "autumn-search", "autumn-social", "newsletter-46", "")

MESSAGES = (
    "Please call after six.",
    "I would like to compare two offers.",
    "We move in spring.",
    "My present deal ends soon.",
    "Someone recommended you.",
    "E-mail is better than a call.",
)
