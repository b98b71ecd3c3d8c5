"""Code as the public pages print it: found in a page, saved as a file, run by its own language."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.support import require


def code_on(page: str, name: str) -> str:
    """What one copies from the figure of that name; AssertionError where there is none."""
    found = re.search(rf'<pre tabindex="0" aria-label="{re.escape(name)}"><code>(.*?)</code></pre>', page, re.DOTALL)
    assert found, f"no figure {name!r} on the page"
    return html.unescape(found[1])


DRIVERS: Mapping[str, str] = MappingProxyType({
    "verify.mjs": """
import { readFileSync } from "node:fs";
import { verifySignature, verifyStandard } from "./verify.mjs";
const { SCHEME, SECRET, HEADER, ID, TIMESTAMP, BODY } = process.env;
const body = readFileSync(BODY);
console.log(SCHEME === "plain" ? verifySignature(SECRET, HEADER, body)
  : verifyStandard(SECRET, ID, TIMESTAMP, HEADER, body));
""",
    "verify.py": """
import os, pathlib
from verify import verify_signature, verify_standard
e = os.environ
body = pathlib.Path(e["BODY"]).read_bytes()
good = (verify_signature(e["SECRET"], e["HEADER"], body) if e["SCHEME"] == "plain"
        else verify_standard(e["SECRET"], e["ID"], e["TIMESTAMP"], e["HEADER"], body))
print("true" if good else "false")
""",
    "verify.php": """<?php
require __DIR__ . '/verify.php';
$body = file_get_contents(getenv('BODY'));
$good = getenv('SCHEME') === 'plain'
    ? verify_signature(getenv('SECRET'), getenv('HEADER'), $body)
    : verify_standard(getenv('SECRET'), getenv('ID'), getenv('TIMESTAMP'), getenv('HEADER'), $body);
echo $good ? 'true' : 'false';
""",
    "verify.pl": """
use strict; use warnings;
do './verify.pl'; die $@ if $@;
open my $file, '<:raw', $ENV{BODY} or die; local $/; my $body = <$file>;
my $good = $ENV{SCHEME} eq 'plain' ? verify_signature($ENV{SECRET}, $ENV{HEADER}, $body)
    : verify_standard($ENV{SECRET}, $ENV{ID}, $ENV{TIMESTAMP}, $ENV{HEADER}, $body);
print $good ? 'true' : 'false';
""",
    "verify.sh": """
. ./verify.sh
if [ "$SCHEME" = plain ]; then verify_signature "$SECRET" "$HEADER" "$BODY"
else verify_standard "$SECRET" "$ID" "$TIMESTAMP" "$HEADER" "$BODY"; fi && echo true || echo false
""",
})  # fmt: skip
PROGRAMS: Mapping[str, str] = MappingProxyType(
    {"verify.mjs": "node", "verify.py": sys.executable, "verify.php": "php", "verify.pl": "perl", "verify.sh": "sh"}
)
NEEDS = MappingProxyType({"verify.sh": "openssl"})


def program(name: str) -> str:
    """What runs that file; skips where the machine has no such language (Node may not be missing where required)."""
    for wanted in filter(None, (NEEDS.get(name), PROGRAMS[name])):
        if shutil.which(wanted) is None:
            if wanted == "node":
                require.missing("node", "node is not installed")
            pytest.skip(f"{wanted} is not installed")
    return PROGRAMS[name]


@dataclass(frozen=True)
class Verifier:
    """One language's verifier, saved in a folder."""

    folder: Path
    name: str

    @classmethod
    def saved(cls, folder: Path, name: str, page: str) -> Verifier:
        """As a reader saves it, with a few lines of a caller beside it."""
        program(name)
        (folder / name).write_text(code_on(page, name))
        (folder / f"driver{Path(name).suffix}").write_text(DRIVERS[name])
        return cls(folder, name)

    def accepts(self, scheme: str, secret: str, body: bytes, told: Mapping[str, str], prefix: str) -> bool:
        """Whether it believes these headers; ``scheme`` is plain (our own) or standard."""
        (self.folder / "body").write_bytes(body)
        header = told["webhook-signature"] if scheme == "standard" else told[f"X-{prefix}-Signature"]
        given = {
            "PATH": os.environ["PATH"], "SCHEME": scheme, "SECRET": secret, "HEADER": header, "BODY": "body",
            "ID": told["webhook-id"], "TIMESTAMP": told["webhook-timestamp"],
        }  # fmt: skip
        done = subprocess.run(
            [program(self.name), f"driver{Path(self.name).suffix}"],
            cwd=self.folder, env=given, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() in {"true", "false"}, done.stdout
        return done.stdout.strip() == "true"
