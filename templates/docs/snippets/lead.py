# Python 3.9 or newer; nothing to install. Save as lead.py, run: python3 lead.py
import json
import urllib.error
import urllib.request

LEAD = json.loads("""
{{ body }}
""")

request = urllib.request.Request(
    "{{ base_url }}{{ path }}",
    data=json.dumps(LEAD).encode(),
    headers={"{{ header }}": "{{ key }}", "Content-Type": "application/json"},
)
try:
    answer = urllib.request.urlopen(request, timeout=10)
except urllib.error.HTTPError as refusal:  # 4xx and 5xx have a JSON body too
    answer = refusal
print(answer.status, json.dumps(json.load(answer)))
