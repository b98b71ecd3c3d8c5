"""The quickstart by Python: a lead as JSON, the key in its header. Prints {status, body}."""

import json
import os
import urllib.request

LEAD = {
    "sector": "mortgages",
    "first_name": "James",
    "last_name": "Patel",
    "email": "j.patel@example.co.uk",
    "phone": "+447712345678",
    "postcode": "SW1A 1AA",
    "consent_token": "ct_abc123",
    "consent_at": "2026-02-09T07:42:18Z",
    "extra_fields": {"property_value_gbp": 350000, "deposit_gbp": 70000},
}

request = urllib.request.Request(  # noqa: S310 - the address is the reader's own
    os.environ["BASE_URL"] + "/api/v1/leads/ingest",
    data=json.dumps(LEAD).encode(),
    headers={"X-API-Key": os.environ["API_KEY"], "Content-Type": "application/json"},
)
with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above; anything but 2xx raises
    print(json.dumps({"status": answer.status, "body": json.load(answer)}))  # noqa: T201 - it speaks to whoever ran it
