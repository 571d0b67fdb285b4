"""What every page of a clinical system needs: an end to idle sessions, nothing kept in caches; addresses of the API."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

SEEN = "seen"
# Written at most once a minute, so that reading pages does not write a session row each time.
SEEN_STEP_SECONDS = 60

GetResponse = Callable[[HttpRequest], HttpResponse]


def sign_out_when_idle(get_response: GetResponse) -> GetResponse:
    """End a session that nobody used for SESSION_IDLE_SECONDS.

    A page that refreshes itself sends `X-Background: 1`, which does not count as use.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        if request.user.is_authenticated:
            seen = request.session.get(SEEN, now)
            if now - seen > settings.SESSION_IDLE_SECONDS:
                request.session.flush()
            elif _is_use(request) and (SEEN not in request.session or now - seen >= SEEN_STEP_SECONDS):
                request.session[SEEN] = now
        return get_response(request)

    return middleware


def _is_use(request: HttpRequest) -> bool:
    return request.headers.get("X-Background") != "1"


def never_cache_what_people_see(get_response: GetResponse) -> GetResponse:
    """Forbid browsers and proxies to keep an answer given to a person who is signed in, or to a token."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated or "Authorization" in request.headers:
            response.headers["Cache-Control"] = "no-store, private"
        return response

    return middleware


def read_api_addresses_with_a_slash(get_response: GetResponse) -> GetResponse:
    """Read an address of the API with a slash at its end as the same address without: clients write both.

    A redirect would lose the body of a POST.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/v1/"):
            request.path_info = request.path_info.rstrip("/")
        return get_response(request)

    return middleware
