use strict;
use warnings;
use Digest::SHA qw(hmac_sha256 hmac_sha256_hex);
use MIME::Base64 qw(decode_base64 encode_base64);

my $TOLERANCE = {{ tolerance }};    # seconds: what is older is a replay

sub is_fresh {
    my ($moment) = @_;
    return $moment =~ /\A[0-9]{1,12}\z/ && abs(time - $moment) <= $TOLERANCE;
}

sub is_same {    # in constant time
    my ($left, $right) = @_;
    return 0 if length $left != length $right;
    my $difference = 0;
    $difference |= ord(substr $left, $_, 1) ^ ord(substr $right, $_, 1) for 0 .. length($left) - 1;
    return $difference == 0;
}

# {{ signature_header }}: t=<unix seconds>,v1=<hex>. $raw_body: the bytes as they came, before any parsing.
sub verify_signature {
    my ($secret, $header, $raw_body) = @_;
    my ($moment, $given) = $header =~ /\A\s*t=([0-9]+)\s*,\s*v1=([0-9a-f]{64})\s*\z/ or return 0;
    return is_fresh($moment) && is_same(hmac_sha256_hex("$moment.$raw_body", $secret), $given);
}

# Standard Webhooks: headers webhook-id, webhook-timestamp and webhook-signature.
sub verify_standard {
    my ($secret, $id, $timestamp, $signatures, $raw_body) = @_;
    return 0 if $id eq '' || !is_fresh($timestamp);
    my $key = $secret =~ /\Awhsec_(.+)\z/ ? decode_base64($1) : $secret;
    my $expected = 'v1,' . encode_base64(hmac_sha256("$id.$timestamp.$raw_body", $key), '');
    return scalar grep { is_same($expected, $_) } split / /, $signatures;
}
