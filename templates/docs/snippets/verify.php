<?php
const TOLERANCE = {{ tolerance }}; // seconds: what is older is a replay

function is_fresh(string $moment): bool
{
    return preg_match('/^\d{1,12}$/D', $moment) === 1 && abs(time() - (int) $moment) <= TOLERANCE;
}

// {{ signature_header }}: t=<unix seconds>,v1=<hex>. $rawBody: file_get_contents('php://input').
function verify_signature(string $secret, string $header, string $rawBody): bool
{
    if (preg_match('/^\s*t=(\d+)\s*,\s*v1=([0-9a-f]{64})\s*$/', $header, $parts) !== 1 || !is_fresh($parts[1])) {
        return false;
    }
    return hash_equals(hash_hmac('sha256', $parts[1] . '.' . $rawBody, $secret), $parts[2]);
}

// Standard Webhooks: headers webhook-id, webhook-timestamp and webhook-signature.
function verify_standard(string $secret, string $id, string $timestamp, string $signatures, string $rawBody): bool
{
    if ($id === '' || !is_fresh($timestamp)) {
        return false;
    }
    $key = str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$rawBody", $key, true));
    foreach (explode(' ', $signatures) as $one) {
        if (hash_equals($expected, $one)) {
            return true;
        }
    }
    return false;
}
