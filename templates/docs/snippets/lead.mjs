// Node.js 18 or newer; nothing to install. Save as lead.mjs, run: node lead.mjs
const lead = {{ body }};

const answer = await fetch("{{ base_url }}{{ path }}", {
  method: "POST",
  headers: { "{{ header }}": "{{ key }}", "Content-Type": "application/json" },
  body: JSON.stringify(lead),
});

console.log(answer.status, JSON.stringify(await answer.json()));
