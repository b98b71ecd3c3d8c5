"""Somebody who uses the portal over real HTTP without a browser: keeps cookies, sends the form's token back."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.support.calls import Answer, call

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """One person at one address."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        """Look at a page."""
        return self._keep(call("GET", self.base_url + path, headers=self._headers()))

    def submit(self, page: str, path: str, **fields: str) -> Answer:
        """Fill in the form found on ``page`` and send it to ``path``."""
        found = TOKEN.search(self.get(page).body.decode())
        assert found, f"{page} holds no form with a token"
        body = urlencode(fields | {"csrf_token": found[1]}).encode()
        headers = self._headers() | {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.base_url}
        return self._keep(call("POST", self.base_url + path, body, headers | {"Referer": self.base_url + page}))

    def sign_in(self, email: str, password: str) -> None:
        """Through the door; AssertionError when it stays shut."""
        answer = self.submit("/login", "/login", email=email, password=password)
        assert answer.status in {302, 303}, answer.body.decode()[:2000]

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def _keep(self, answer: Answer) -> Answer:
        for name, value in answer.headers.items():
            if name.lower() == "set-cookie":
                self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        return answer
