# POSIX shell with OpenSSL 1.1.1 or newer. The body stands in a file, byte for byte as it came.
TOLERANCE={{ tolerance }} # seconds: what is older is a replay

is_fresh() {
  case $1 in '' | *[!0-9]* | ?????????????*) return 1 ;; esac
  age=$(($(date +%s) - $1)) && [ "${age#-}" -le "$TOLERANCE" ]
}

hex() { od -An -v -tx1 | tr -d ' \n'; }

# hmac HEX_KEY: HMAC-SHA256 of what comes in
hmac() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -binary; }

# verify_signature SECRET HEADER BODY_FILE; {{ signature_header }}: t=<unix seconds>,v1=<hex>
verify_signature() {
  moment=$(printf %s "$2" | sed -n 's/^t=\([0-9]*\),v1=[0-9a-f]*$/\1/p')
  given=$(printf %s "$2" | sed -n 's/^t=[0-9]*,v1=\([0-9a-f]*\)$/\1/p')
  is_fresh "$moment" || return 1
  expected=$({ printf '%s.' "$moment"; cat "$3"; } | hmac "$(printf %s "$1" | hex)" | hex)
  [ -n "$given" ] && [ "$expected" = "$given" ]
}

# verify_standard SECRET ID TIMESTAMP SIGNATURES BODY_FILE; headers webhook-id, webhook-timestamp, webhook-signature
verify_standard() {
  [ -n "$2" ] && is_fresh "$3" || return 1
  case $1 in
    whsec_*) key=$(printf %s "${1#whsec_}" | openssl base64 -d -A | hex) ;;
    *) key=$(printf %s "$1" | hex) ;;
  esac
  expected=$({ printf '%s.%s.' "$2" "$3"; cat "$5"; } | hmac "$key" | openssl base64 -A)
  for one in $4; do [ "$one" = "v1,$expected" ] && return 0; done
  return 1
}
