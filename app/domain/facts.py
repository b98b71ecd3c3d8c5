"""A lead as the rules see it: field name -> value.

The names are the domain's (`postal_code`, `region`, ...), whatever a dialect calls them, with
what enrichment adds (`ip_country`, `phone_valid`, `score`, ...) and every extra field beside them.
A field that is absent, None or blank text is missing: the rules see no difference.
"""

from collections.abc import Mapping

Facts = Mapping[str, object]

GEOGRAPHIC = frozenset(
    {
        "city", "country", "ip_city", "ip_country", "ip_region", "lat", "lon", "postal_code",
        "province", "region", "suburb",
    }
)  # fmt: skip
"""Fields that say where the lead is: a filter on them fails as `geo_mismatch`."""

PERSONAL = frozenset(
    {
        "alternate_phone", "consent_token", "email", "first_name", "full_name", "ip", "last_name",
        "name", "phone", "street_address", "user_agent",
    }
)  # fmt: skip
"""Fields whose values are never written into a reason, for reasons outlive an erased person."""


ORIGIN = frozenset({"publisher", "publisher_id", "source", "source_tag"})
"""Facts that name where a lead came from: not for buyers to see, nor to filter on."""


def is_missing(value: object) -> bool:
    """True for what counts as not given: None and blank text."""
    return value is None or (isinstance(value, str) and not value.strip())
