"""A protocol as a PlanDefinition and back, and one from elsewhere."""

import json
from copy import deepcopy
from datetime import date

import pytest
from hypothesis import given, settings

from interop.fhir.plan_definition import plan_definition
from interop.fhir.plan_definition_reading import parsed, read_plan_definition
from interop.fhir.terms import ACCEPTABLE_OFFSET_RANGE, PROTOCOL_FILE
from schedules.protocol import ProtocolError, packaged_protocols, read_protocol, timeline
from tests.schedules.protocol.test_writer import protocols

SHIPPED = [packaged.protocol for packaged in packaged_protocols()]
UCUM = "http://unitsofmeasure.org"


def exported(protocol):
    """What the other side receives: the JSON, read."""
    return json.loads(json.dumps(plan_definition(protocol, status="draft")))


def read(resource):
    return read_protocol(read_plan_definition(resource).text, source="again")


def refused(resource):
    with pytest.raises(ProtocolError) as error:
        read_plan_definition(resource)
    return [(mistake.path, mistake.what) for mistake in error.value.mistakes]


@pytest.mark.parametrize("protocol", SHIPPED, ids=lambda protocol: protocol.slug)
def test_every_timepoint_through_month_60_is_an_action(protocol):
    actions = exported(protocol)["action"]
    anchor = date(2024, 1, 31)
    points = timeline(protocol, anchor, protocol.default_options(), until=date(2029, 1, 31))

    ended = [action for action in actions[1:] if "timingTiming" not in action]
    assert [action["id"] for action in ended] == [f"{p.timepoint}-{p.kind}" for p in sorted(points, key=order)]
    repeating = {
        action["id"]: action["timingTiming"]["repeat"]["period"]
        for action in actions
        if action not in ended[:] and "timingTiming" in action
    }
    assert repeating == {"M72-imaging": 12, "M72-visit": 12}


def order(point):
    days = point.offset * (1 if point.offset_unit == "days" else 30.4375)
    return days, point.kind


def test_an_action_says_target_window_and_activities():
    actions = {action["id"]: action for action in exported(SHIPPED[0])["action"]}
    week, month = actions["W8-visit"], actions["M3-visit"]
    related = week["relatedAction"][0]
    assert (related["actionId"], related["relationship"]) == ("infusion", "after")
    assert related["offsetDuration"] == {"value": 56, "unit": "days", "system": UCUM, "code": "d"}
    assert related["extension"][0]["url"] == ACCEPTABLE_OFFSET_RANGE
    window = related["extension"][0]["valueRange"]
    assert (window["low"]["value"], window["high"]["value"]) == (53, 59)
    assert month["relatedAction"][0]["offsetDuration"]["code"] == "mo"
    codes = [each["code"][0]["coding"][0]["code"] for each in month["action"]]
    assert codes[:2] == ["5_hiaa", "calcitonin_cea"]
    marker = next(each for each in month["action"] if each["code"][0]["coding"][0]["code"] == "hva_vma")
    assert (marker["requiredBehavior"], marker["textEquivalent"]) == (
        "could",
        "For a secreting tumour only: neuroblastoma.",
    )


@pytest.mark.parametrize("protocol", SHIPPED, ids=lambda protocol: protocol.slug)
def test_what_we_exported_comes_back_as_it_was(protocol):
    assert read(exported(protocol)) == protocol


@given(protocols())
@settings(max_examples=60)
def test_every_draft_comes_back_as_it_was(protocol):
    assert read(exported(protocol)) == protocol


def test_an_export_whose_actions_were_changed_is_not_read_past_them():
    resource = exported(SHIPPED[0])
    resource["action"][3]["relatedAction"][0]["offsetDuration"]["value"] = 22
    assert refused(resource) == [("action", "was changed since the protocol file was put beside it")]


@pytest.mark.parametrize("protocol", SHIPPED, ids=lambda protocol: protocol.slug)
def test_without_our_file_the_timepoints_are_still_the_same(protocol):
    resource = exported(protocol)
    resource["extension"] = []
    resource["action"] = [action for action in resource["action"] if "timingTiming" not in action]
    for action in resource["action"]:  # who gets which marker is not in the actions
        action["action"] = [each for each in action.get("action", []) if "requiredBehavior" not in each]

    again = read(resource)

    def planned(one):
        points = timeline(one, date(2024, 1, 31), one.default_options(), until=date(2029, 1, 31))
        return [(p.timepoint, p.kind, p.opens, p.closes, p.activities) for p in points]

    assert planned(again) == planned(protocol)


def days(value, code="d"):
    return {"value": value, "unit": code, "system": UCUM, "code": code}


def visit(name, after, *, to="start", low=None, high=None, code="d", title="Haematology"):
    related = {"actionId": to, "relationship": "after", "offsetDuration": days(after, code)}
    if low is not None:
        related["extension"] = [{"url": ACCEPTABLE_OFFSET_RANGE, "valueRange": {"low": days(low), "high": days(high)}}]
    return {"id": name, "title": name, "relatedAction": [related], "action": [{"title": title}]}


FOREIGN = {
    "resourceType": "PlanDefinition",
    "title": "Study follow-up",
    "version": "3",
    "action": [
        {"id": "start", "title": "Dose"},
        visit("v1", 7, low=5, high=9),
        visit("v2", 7, to="v1", low=5, high=9),
        visit("v3", 3, low=20, high=22, code="wk"),
        visit("v4", 3, code="mo", low=84, high=98),
        visit("v5", 6, code="mo", low=176, high=190),
    ],
}


def test_a_plan_from_elsewhere_becomes_a_phase_for_each_run_of_equal_steps():
    protocol = read(FOREIGN)
    assert (protocol.slug, protocol.version, protocol.title) == ("study-follow-up", "3", "Study follow-up")
    assert protocol.activities == {"haematology": "Haematology"}
    assert [
        (p.unit, p.first, p.every, p.last, p.window_before, p.window_after, p.activities) for p in protocol.phases
    ] == [
        ("weeks", 1, 1, 2, 2, 2, ("haematology",)),
        ("weeks", 3, 1, 3, 1, 1, ("haematology",)),
        ("months", 3, 3, 6, 7, 7, ("haematology",)),
    ]
    assert "Ranks" in read_plan_definition(FOREIGN).notes[-1]


def changed(change):
    resource = deepcopy(FOREIGN)
    change(resource["action"])
    return resource


REFUSED = {
    "a day that is no week": (
        lambda a: a[1]["relatedAction"][0].update(offsetDuration=days(10)),
        ("action[1].relatedAction[0].offsetDuration", "10 d is not a whole number of weeks or months"),
    ),
    "hours": (
        lambda a: a[5]["relatedAction"][0].update(offsetDuration=days(24, "h")),
        ("action[5].relatedAction[0].offsetDuration", "24 h is not a whole number of weeks or months"),
    ),
    "before": (
        lambda a: a[5]["relatedAction"][0].update(relationship="before"),
        ("action[5].relatedAction[0].relationship", "'before' does not follow"),
    ),
    "only a range": (
        lambda a: a[5]["relatedAction"][0].pop("offsetDuration"),
        ("action[5].relatedAction[0].offsetDuration", "is missing"),
    ),
    "nowhere": (
        lambda a: a[5]["relatedAction"][0].update(actionId="gone"),
        ("action[5].relatedAction[0].actionId", "names no action of this plan"),
    ),
    "repeats": (
        lambda a: a[5].update(timingTiming={"repeat": {"period": 1}}),
        ("action[5].timing", "is beside the offset"),
    ),
    "no activity": (
        lambda a: a[5].update(action=[{}]),
        ("action[5].action[0].title", "is missing"),
    ),
    "a window beside the target": (
        lambda a: a[5]["relatedAction"][0]["extension"][0]["valueRange"].update(low=days(-7)),
        (
            "action[5].relatedAction[0].extension",
            "is not a range of days around the target, counted from where the target counts",
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_understood_is_named_with_its_place(case):
    change, mistake = REFUSED[case]
    assert refused(changed(change)) == [mistake]


def test_everything_that_cannot_be_understood_is_named_at_once():
    def change(actions):
        for name in ("hours", "before", "no activity"):
            case = REFUSED[name][0]
            case([*actions[:1], *[actions[{"hours": 1, "before": 3, "no activity": 4}[name]]] * 5])

    assert len(refused(changed(change))) == 3


def test_a_circle_is_refused():
    circle = changed(lambda a: a[1]["relatedAction"][0].update(actionId="v2"))
    assert {what for _, what in refused(circle)} >= {"leads back to itself"}


@pytest.mark.parametrize("resource", [None, [], {"resourceType": "Bundle"}, {"resourceType": "PlanDefinition"}])
def test_what_is_no_plan_is_refused(resource):
    assert refused(resource)


def test_the_file_beside_the_actions_is_where_the_phases_are():
    extension = exported(SHIPPED[0])["extension"]
    assert [each["url"] for each in extension] == [PROTOCOL_FILE]


def with_element(path, value):
    """The plan from elsewhere with one element set, where dots and numbers lead to it."""
    resource = deepcopy(FOREIGN)
    *way, last = path.split(".")
    where = resource
    for step in way:
        where = where[int(step)] if step.isdecimal() else where[step]
    where[int(last) if last.isdecimal() else last] = value
    return resource


RELATED = "action.1.relatedAction.0"
MISSHAPEN = [
    ("action", "none", "action: is not a list"),
    ("action.1", None, "action[1]: is not an object"),
    ("action.1.id", ["v1"], "action[1].id: is not a text"),
    ("action.1.relatedAction", {"actionId": "start"}, "action[1].relatedAction: is not a list"),
    (RELATED, "start", "action[1].relatedAction[0]: is not an object"),
    (f"{RELATED}.actionId", {}, "action[1].relatedAction[0].actionId: is not a text"),
    (f"{RELATED}.offsetDuration", 7, "action[1].relatedAction[0].offsetDuration: is not an object"),
    (f"{RELATED}.offsetDuration.value", "7", "action[1].relatedAction[0].offsetDuration.value: is not a number"),
    (f"{RELATED}.offsetDuration.value", True, "action[1].relatedAction[0].offsetDuration.value: is not a number"),
    (
        f"{RELATED}.offsetDuration.value",
        float("nan"),
        "action[1].relatedAction[0].offsetDuration.value: is not a number",
    ),
    (
        f"{RELATED}.offsetDuration.value",
        float("inf"),
        "action[1].relatedAction[0].offsetDuration.value: is not a number",
    ),
    (f"{RELATED}.offsetDuration.value", -7, "-7 d is not a whole number of weeks or months"),
    (f"{RELATED}.offsetDuration.value", 7e300, "7e+300 d is not a whole number of weeks or months"),
    (f"{RELATED}.offsetDuration.value", 70000, "action[1].relatedAction[0]: leads to weeks 10000"),
    (f"{RELATED}.offsetDuration.code", ["d"], "action[1].relatedAction[0].offsetDuration.code: is not a text"),
    (f"{RELATED}.offsetDuration.code", "fortnight", "7 fortnight is not a whole number of weeks or months"),
    (f"{RELATED}.extension", "window", "action[1].relatedAction[0].extension: is not a list"),
    (f"{RELATED}.extension.0", 3, "action[1].relatedAction[0].extension[0]: is not an object"),
    (f"{RELATED}.extension.0.valueRange", [], "action[1].relatedAction[0].extension[0].valueRange: is not an object"),
    (f"{RELATED}.relationship", "afterwards", "'afterwards' does not follow"),
    (f"{RELATED}.modifierExtension", [], "action[1].relatedAction[0].modifierExtension: changes the meaning"),
    ("modifierExtension", [{"url": "not-done"}], "modifierExtension: changes the meaning"),
    ("action.1.action", {"title": "CBC"}, "action[1].action: is not a list"),
    ("action.1.action.0.title", ["CBC"], "action[1].action[0].title: is not a text"),
    ("action.1.action.0.code", [{"coding": "cbc"}], "action[1].action[0].code[0].coding: is not a list"),
    ("action.1.action.0.relatedAction", [{"actionId": "start"}], "action[1].action[0].relatedAction: gives it a time"),
    ("action.1.action.0.condition", [{"kind": "applicability"}], "action[1].action[0].condition: lets it hold"),
    ("action.1.condition", [{"kind": "applicability"}], "action[1].condition: lets it hold for some only"),
    ("action.1.action.0.requiredBehavior", "could", "action[1].action[0].requiredBehavior: 'could' leaves it open"),
    ("action.1.selectionBehavior", "any", "action[1].selectionBehavior: lets some be chosen"),
    ("action.1.timingDuration", {"value": 2, "code": "h"}, "action[1].timing: is beside the offset"),
    ("action.2.id", "v1", "action[2].id: 'v1' is the id of action[1] too"),
    ("title", "x" * 201, "title: 'xxx"),
    ("action.1.id", "v" * 1001, "action[1].id: is not a text of up to 1000 characters"),
    ("title", "a\x00b", "title: 'a\\x00b' is not one line"),
    ("title", "\ud800", "title: '\\ud800' is not one line"),
    ("title", 3, "title: is not a text"),
    ("version", 3, "version: is not a text"),
    ("extension", [{"url": PROTOCOL_FILE, "valueString": 3}], "extension[0].valueString: is not a text"),
    ("extension", [{"url": PROTOCOL_FILE, "valueString": "<xml/>"}], "is not TOML"),
    ("extension", [{"url": PROTOCOL_FILE}], "slug: is missing"),
]


@pytest.mark.parametrize(("path", "value", "mistake"), MISSHAPEN)
def test_an_element_of_another_kind_is_named_with_its_place(path, value, mistake):
    with pytest.raises(ProtocolError) as error:
        read_plan_definition(with_element(path, value))
    assert mistake in str(error.value)


def test_a_resource_that_is_huge_or_deep_is_refused():
    many = [visit(f"v{number}", 7 * number) for number in range(1, 501)]
    assert refused({**FOREIGN, "action": [FOREIGN["action"][0], *many]}) == [
        ("action", "has 501 entries that stand in time")
    ]
    deep = {"title": "CBC"}
    for _ in range(20):
        deep = {"action": [deep]}
    assert [what for _, what in refused(with_element("action.1.action.0", deep))] == ["is nested too deeply"]
    with pytest.raises(ProtocolError, match="is nested too deeply"):
        parsed('{"a":' * 100_000)
    with pytest.raises(ProtocolError, match="is not JSON"):
        parsed("{")


def test_a_chain_of_visits_as_long_as_may_be_is_read():
    chain = [visit("v1", 7)] + [visit(f"v{number}", 7, to=f"v{number - 1}") for number in range(2, 500)]
    protocol = read({**FOREIGN, "action": [FOREIGN["action"][0], *chain]})
    assert [(phase.first, phase.last, phase.every) for phase in protocol.phases] == [(1, 499, 1)]


def test_a_visit_at_the_same_time_as_another_is_read_with_its_window():
    beside = visit("scan", 7, to="v3", low=0, high=2, title="CT or MRI")
    beside["relatedAction"][0] |= {"relationship": "concurrent-with-start"}
    del beside["relatedAction"][0]["offsetDuration"]
    protocol = read({**FOREIGN, "action": [*FOREIGN["action"], beside]})
    (scan,) = [phase for phase in protocol.phases if phase.kind == "imaging"]
    assert (scan.unit, scan.first, scan.window_before, scan.window_after) == ("weeks", 3, 0, 2)


def test_groups_of_activities_are_read_and_titles_never_share_a_key():
    titles = ["Vital signs supine, systolic", "Vital signs supine, seated", "Weight"]
    group = [{"title": "Examination", "action": [{"title": title} for title in titles]}]
    protocol = read(with_element("action.1.action", group))
    assert sorted(protocol.activities.values()) == sorted(["Haematology", *titles])


def test_a_visit_that_only_refers_to_another_plan_is_not_taken_for_an_activity():
    resource = with_element("action.1.definitionCanonical", "PlanDefinition/visit-1")
    del resource["action"][1]["action"]
    assert refused(resource) == [("action[1].definitionCanonical", "refers to something that is not here")]
