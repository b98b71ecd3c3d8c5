"""Reading telephone numbers and e-mail addresses, with phonenumbers and email-validator.

Both answer with facts and refuse as little as they can: whether a *possible* number that is not a
*valid* one may pass is a rule of scores and filters, not of reading. No name server is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, ValidationResult

from app.domain.reading import Reader, Type, Unreadable, string

LONGEST_PHONE = 40
UNDER_WAY = 64
"""How many are remembered: a lead's are read twice, to be checked and for their facts, and no more than that."""

LONGEST_EMAIL = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets

_KINDS = {
    PhoneNumberType.FIXED_LINE: "fixed_line",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_line_or_mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "company",
    PhoneNumberType.VOICEMAIL: "voicemail",
}

FREE_DOMAINS = frozenset(
    {
        "aol.com", "btinternet.com", "gmail.com", "gmx.com", "gmx.net", "googlemail.com", "hotmail.co.uk",
        "hotmail.com", "icloud.com", "live.co.uk", "live.com", "mail.com", "mailbox.co.za", "me.com", "msn.com",
        "mweb.co.za", "outlook.com", "proton.me", "protonmail.com", "sky.com", "talktalk.net", "telkomsa.net",
        "virginmedia.com", "vodamail.co.za", "webmail.co.za", "yahoo.co.uk", "yahoo.com", "ymail.com", "zoho.com",
    }
)  # fmt: skip
"""Mail houses that anybody may join."""

DISPOSABLE_DOMAINS = frozenset(
    {
        "10minutemail.com", "dispostable.com", "emailondeck.com", "fakeinbox.com", "getnada.com",
        "guerrillamail.com", "maildrop.cc", "mailinator.com", "mailnesia.com", "mintemail.com", "mohmal.com",
        "moakt.com", "sharklasers.com", "temp-mail.org", "tempmail.com", "tempmailo.com", "throwawaymail.com",
        "trashmail.com", "yopmail.com",
    }
)  # fmt: skip
"""The best known houses whose addresses live for minutes."""


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """What a number tells about itself.

    ``possible``: right in length for its country. ``valid``: in a range that is given out. ``country``: ISO code,
    empty when no country owns the range. ``national``: as people at home write it.
    """

    e164: str
    possible: bool
    valid: bool
    kind: str
    country: str
    national: str


@dataclass(frozen=True, slots=True)
class EmailFacts:
    """A well-formed address, lower-cased; ``domain`` in its ASCII spelling."""

    address: str
    domain: str
    free: bool
    disposable: bool


@lru_cache(maxsize=UNDER_WAY)
def parse_phone(raw: str, country: str | None) -> PhoneFacts | None:
    """The number's facts, or None when it is none. Without a leading + it is read as one of ``country``."""
    if len(raw) > LONGEST_PHONE:
        return None
    try:
        number = phonenumbers.parse(raw, country.upper() if country else None)
    except NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number)
    return PhoneFacts(
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        possible=phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE,
        valid=region is not None and phonenumbers.is_valid_number_for_region(number, region),
        kind=_KINDS.get(phonenumbers.number_type(number), "unknown"),
        country=region or "",
        national=phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
    )


@lru_cache(maxsize=UNDER_WAY)
def parse_email(raw: str) -> EmailFacts | None:
    """The address's facts, or None when it is not well-formed.

    RFC 5322 with quoted names before the @, section 3.4.1; quotes that are not needed fall away.
    """
    if len(raw) > LONGEST_EMAIL:
        return None
    try:
        read = validate_email(raw.strip(), check_deliverability=False, allow_quoted_local=True)
    except EmailNotValidError:
        return None
    domain = read.ascii_domain.lower()
    return EmailFacts(read.normalized.lower(), domain, domain in FREE_DOMAINS, domain in DISPOSABLE_DOMAINS)


def read_phone(value: object, country: str = "") -> str:
    """A reader for `fields.check`: the E.164 spelling of a possible number. Raises Unreadable."""
    facts = parse_phone(string(value), country or None)
    if facts is None or not facts.possible:
        raise Unreadable("Must be a telephone number that can exist, best in international form: +447700900123.")
    return facts.e164


def read_email(value: object, _country: str = "") -> str:
    """A reader for `fields.check`: the lower-cased address. Raises Unreadable."""
    facts = parse_email(value) if isinstance(value, str) else None
    if facts is None:
        raise Unreadable("Must be an e-mail address, such as name@example.com.")
    return facts.address


READERS: Mapping[Type, Reader] = MappingProxyType({Type.PHONE: read_phone, Type.EMAIL: read_email})
"""What `fields.check` takes where people's leads arrive."""
