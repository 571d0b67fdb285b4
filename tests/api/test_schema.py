"""The schema describes every route and nothing else, is valid OpenAPI 3.1, and its page holds under the policy."""

import json
import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from accounts.models import Role
from iotrex_followup.api.examples import EXAMPLES
from tests.factories import MembershipFactory


@pytest.fixture(scope="module")
def schema():
    return json.loads(Client().get("/api/schema/?format=json").content)


def routes(patterns, prefix=""):
    """Every method and path under /api/v1/ that the resolver knows."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if path.startswith("api/v1/") and isinstance(pattern.pattern, RoutePattern):
                for method in pattern.callback.actions:
                    yield method, "/" + re.sub(r"<uuid:(\w+)>", r"{\1}", path.replace("<uuid:pk>", "{id}"))
        else:
            yield from routes(pattern.url_patterns, path)


def test_schema_and_routes_are_the_same(schema):
    described = {(method, path) for path, methods in schema["paths"].items() for method in methods}
    resolved = {(method, path) for method, path in routes(get_resolver().url_patterns) if method != "head"}

    assert described == resolved


def test_schema_is_valid_openapi(schema):
    validate(schema)

    assert schema["openapi"] == "3.1.0"


def test_schema_is_made_without_a_warning(tmp_path):
    call_command("spectacular", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_every_operation_says_how_it_refuses_and_what_it_does(schema):
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]

    assert {tuple(o["responses"]["default"]["content"]) for o in operations} == {("application/problem+json",)}
    assert [o["operationId"] for o in operations if not o.get("summary")] == []
    assert len({o["operationId"] for o in operations}) == len(operations)


def test_schema_says_which_changes_need_a_version(schema):
    needed = {
        f"{method} {path.removeprefix('/api/v1/')}"
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "If-Match" and parameter.get("required")
    }

    assert needed == {
        "patch absences/{id}",
        "patch adverse-events/{id}",
        "patch assessments/{id}",
        "patch care-teams/{id}",
        "patch clinical-events/{id}",
        "patch clinics/{id}/lab-policy",
        "patch clinics/{id}/reminder-rules",
        "patch clinics/{id}/inrc",
        "patch clinics/{id}/scoring",
        "patch contacts/{id}",
        "patch imaging-studies/{id}",
        "patch laboratories/{id}",
        "patch lesions/{id}",
        "patch medicines/{id}",
        "patch patients/{id}",
        "patch plans/{id}",
        "patch protocols/{id}",
        "patch reference-ranges/{id}",
        "patch score-readings/{id}",
        "patch treatments/{id}",
        "patch webhooks/{id}",
        "patch withdrawals/{id}",
        "post appointments/{id}/move",
    }


@pytest.mark.django_db
def test_page_shows_every_operation_without_inline_script_or_style(client, schema):
    client.force_login(MembershipFactory(role=Role.AUDITOR).staff)

    response = client.get("/api/docs/")

    page = response.content.decode()
    assert [path for path in schema["paths"] if f"<code>{path}</code>" not in page] == []
    assert "<script>" not in page
    assert "style=" not in page
    assert "script-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_page_asks_to_sign_in(client):
    assert client.get("/api/docs/").status_code == 302


@pytest.mark.django_db
def test_answers_have_the_fields_of_the_schema(api, plan, schema):
    for path, name in [("visits", "Visit"), ("treatments", "Treatment"), ("patients", "Patient"), ("plans", "Plan")]:
        assert list(api.results(path)[0]) == list(schema["components"]["schemas"][name]["properties"])


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_is_what_its_shape_takes(schema, name):
    assert schema["components"]["schemas"][name]["examples"] == [EXAMPLES[name]]
    shape = {"$ref": f"#/components/schemas/{name}", "components": schema["components"]}
    Draft202012Validator(shape).validate(EXAMPLES[name])
    assert EXAMPLES[name].keys() <= schema["components"]["schemas"][name]["properties"].keys()


def test_look_at_other_choices_of_a_plan_needs_only_what_changes(schema):
    assert "required" not in schema["components"]["schemas"]["PlanChangeRequest"]


@pytest.mark.django_db
def test_page_shows_the_example_of_a_body(client):
    client.force_login(MembershipFactory().staff)
    page = client.get("/api/docs/").content.decode()
    assert "Recurrence without MIBG uptake on CT of 2 Sep." in page
