#!/bin/sh
# The quickstart by curl: one lead, the key in its header. Prints the answer and then the status on a line of its own.
set -eu
curl --silent --show-error --max-time 60 --write-out '\n%{http_code}\n' \
  -X POST "$BASE_URL/api/v1/leads/ingest" \
  -H "X-API-Key: $API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "sector": "mortgages",
    "first_name": "James",
    "last_name": "Patel",
    "email": "j.patel@example.co.uk",
    "phone": "+447712345678",
    "postcode": "SW1A 1AA",
    "consent_token": "ct_abc123",
    "consent_at": "2026-02-09T07:42:18Z",
    "ip": "203.0.113.42",
    "extra_fields": {"property_value_gbp": 350000, "deposit_gbp": 70000}
  }'
