// The quickstart by Node's own fetch: consent is given at this moment. Prints {status, body}.
const lead = {
  sector: "mortgages",
  first_name: "James",
  last_name: "Patel",
  email: "j.patel@example.co.uk",
  phone: "+447712345678",
  postcode: "SW1A 1AA",
  consent_token: "ct_abc123",
  consent_at: new Date().toISOString(),
  extra_fields: { property_value_gbp: 350000, deposit_gbp: 70000 },
};

const answer = await fetch(`${process.env.BASE_URL}/api/v1/leads/ingest`, {
  method: "POST",
  headers: { "X-API-Key": process.env.API_KEY, "Content-Type": "application/json" },
  body: JSON.stringify(lead),
});

console.log(JSON.stringify({ status: answer.status, body: await answer.json() }));
