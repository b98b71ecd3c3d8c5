"""Ready schemas that a new campaign starts from; the schema editor changes copies of them.

`direct` serves campaigns that post whole leads: the common fields and those of its vertical. `PING_POST` is the
default of ping/post campaigns. `INTAKE` is for website forms, which are never turned away for what they leave out.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from app.domain.fields import Field, Rule, Schema
from app.domain.reading import Type

POSITIVE = Rule(min=Decimal(0))


def _field(name: str, type_: Type, label: str, *, on: str = "", pii: bool = False) -> Field:
    """A system field; ``on`` names the stages that require it."""
    return Field(name, type_, label, "ping" in on, "post" in on, pii=pii, system=True)


def _choice(name: str, label: str, *choices: str) -> Field:
    return Field(name, Type.ENUM, label, enum=choices)


def _money(name: str, label: str) -> Field:
    return Field(name, Type.DECIMAL, label, rule=POSITIVE)


def _count(name: str, label: str) -> Field:
    return Field(name, Type.INTEGER, label, rule=POSITIVE)


def _yes_no(name: str, label: str) -> Field:
    return Field(name, Type.BOOLEAN, label)


def _text(name: str, label: str) -> Field:
    return Field(name, Type.STRING, label)


COMMON = Schema(
    (
        _field("first_name", Type.STRING, "First name", on="post", pii=True),
        _field("last_name", Type.STRING, "Last name", on="post", pii=True),
        _field("email", Type.EMAIL, "E-mail", on="post", pii=True),
        _field("phone", Type.PHONE, "Telephone", on="post", pii=True),
        _field("street_address", Type.STRING, "Street address", pii=True),
        _field("city", Type.STRING, "City"),
        _field("region", Type.STRING, "State or province"),
        _field("postal_code", Type.POSTCODE, "Postcode"),
        _field("ip", Type.IP, "IP address of the person", pii=True),
        _field("user_agent", Type.TEXT, "Browser"),
        _field("consent_text", Type.TEXT, "Consent wording"),
        _field("consent_token", Type.STRING, "Consent token"),
        _field("consent_at", Type.DATETIME, "Time of consent"),
        _field("certificate", Type.URL, "Consent certificate"),
        _field("leadid", Type.STRING, "Jornaya LeadiD"),
        _field("landing_page_url", Type.URL, "Landing page"),
        _field("sub_id", Type.STRING, "Publisher's sub id"),
    )
)

PING_POST = Schema(
    (
        _field("sub_id", Type.STRING, "Publisher's sub id", on="ping"),
        _field("pub_id", Type.STRING, "Publisher's id", on="ping"),
        _field("first_name", Type.STRING, "First name", on="post", pii=True),
        _field("last_name", Type.STRING, "Last name", on="post", pii=True),
        _field("email", Type.EMAIL, "E-mail", on="ping post", pii=True),
        _field("phone", Type.PHONE, "Telephone", on="post", pii=True),
        _field("postal_code", Type.POSTCODE, "Postcode", on="ping post"),
        _field("street_address", Type.STRING, "Street address", on="post", pii=True),
        _field("city", Type.STRING, "City", on="ping post"),
        _field("region", Type.STRING, "State or province", on="ping post"),
        _field("ip", Type.IP, "IP address of the person", on="ping post", pii=True),
        _field("user_agent", Type.TEXT, "Browser", on="ping"),
        _field("certificate", Type.URL, "Consent certificate", on="ping post"),
        _field("leadid", Type.STRING, "Jornaya LeadiD", on="ping"),
        _field("consent_text", Type.TEXT, "Consent wording", on="ping post"),
        _field("landing_page_url", Type.URL, "Landing page", on="ping"),
        _field("unique_identifier", Type.STRING, "Unique lead identifier", on="ping"),
    )
)

INTAKE = Schema(
    tuple(replace(field, required_on_post=False) for field in COMMON.fields if field.name != "phone")
).with_fields(
    Field("phone", Type.STRING, "Telephone", pii=True, system=True),  # kept as it came, never refused
    Field("alternate_phone", Type.STRING, "Other telephone", pii=True),
    Field("company", Type.STRING, "Company"),
    Field("notes", Type.TEXT, "Notes"),
    Field("lead_date", Type.DATE, "Date of the enquiry"),
    *(
        _text(name, label)
        for name, label in (
            ("source_page", "Page of the form"), ("referrer", "Referrer"), ("utm_source", "UTM source"),
            ("utm_medium", "UTM medium"), ("utm_campaign", "UTM campaign"), ("utm_term", "UTM term"),
            ("utm_content", "UTM content"), ("gclid", "Google click id"), ("fbclid", "Meta click id"),
            ("msclkid", "Microsoft click id"), ("vehicle_year", "Vehicle: year"), ("vehicle_make", "Vehicle: make"),
            ("vehicle_model", "Vehicle: model"), ("vin", "Vehicle: VIN"), ("part_type", "Part wanted"),
        )
    ),
)  # fmt: skip

_SERVICE = (
    _text("sub_vertical", "Kind of work"),
    _text("suburb", "Suburb"),
    _text("service_type", "Service wanted"),
    _text("budget_range", "Budget"),
    _choice("urgency", "How soon", "asap", "this_month", "this_quarter", "researching"),
)

EXTRAS: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {
        "mortgages": (
            _money("property_value_gbp", "Property value"), _money("deposit_gbp", "Deposit"),
            _money("annual_income_gbp", "Yearly income"), _yes_no("first_time_buyer", "First-time buyer"),
        ),
        "life-insurance": (
            _money("cover_amount_gbp", "Cover wanted"), _count("term_years", "Term in years"),
            _yes_no("smoker", "Smoker"), Field("date_of_birth", Type.DATE, "Date of birth", pii=True),
        ),
        "wealth-management": (_money("investable_assets_gbp", "Assets to invest"), _count("age", "Age")),
        "investor-leads": (_money("investment_gbp", "Sum to invest"), _yes_no("accredited", "Accredited investor")),
        "property-investment": (
            _money("investment_gbp", "Sum to invest"), _count("properties_owned", "Properties owned"),
        ),
        "commercial-finance": (
            _money("loan_amount_gbp", "Sum wanted"), _money("turnover_gbp", "Yearly turnover"),
            _count("years_trading", "Years trading"), _text("company", "Company"),
        ),
        "business-finance": (
            _money("loan_amount_gbp", "Sum wanted"), _money("turnover_gbp", "Yearly turnover"),
            _count("years_trading", "Years trading"), _text("company", "Company"),
        ),
        "claims-management": (
            _text("claim_type", "Kind of claim"), Field("incident_date", Type.DATE, "Date of incident"),
        ),
        "debt-help": (_money("debt_total_gbp", "Whole debt"), _count("creditors", "Number of creditors")),
        "payday-loans": (
            _money("loan_amount_gbp", "Sum wanted"), _money("monthly_income_gbp", "Monthly income"),
            _text("employment_status", "Employment"),
        ),
        "solar": (*_SERVICE, _money("monthly_bill", "Monthly electricity bill"), _yes_no("owns_home", "Owns the home")),
        "insurance": (*_SERVICE, _text("cover_type", "Kind of cover"), _text("current_insurer", "Insurer now")),
        "financial": (*_SERVICE, _money("monthly_income", "Monthly income"), _money("amount_wanted", "Sum wanted")),
        "property": (*_SERVICE, _money("property_value", "Property value"), _count("bedrooms", "Bedrooms")),
    }
)  # fmt: skip
"""What each line of business asks beside the common fields; every one may be left out."""


def direct(vertical: str) -> Schema:
    """The schema of a new direct campaign in that vertical; an unknown vertical has the common fields."""
    return COMMON.with_fields(*EXTRAS.get(vertical, ()))
