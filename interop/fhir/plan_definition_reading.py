"""A protocol from a PlanDefinition: our own comes back as it was, another's as one phase per run of equal steps."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from interop.fhir.plan_definition import actions_of, extension_of
from interop.fhir.runs import Timepoint, phase_of, runs
from interop.fhir.shape import MOST_ACTIONS, SOURCE, misshapen
from interop.fhir.terms import ACCEPTABLE_OFFSET_RANGE, ACTIVITY, PROTOCOL_FILE, WINDOW
from schedules.protocol import Mistake, Protocol, ProtocolError, dump_content, packaged_protocol, read_protocol
from schedules.protocol.phases import LAST
from schedules.protocol.writer import content_of

Json = Mapping[str, Any]

AFTER = frozenset({"after", "after-start", "after-end"})
CONCURRENT = frozenset({"concurrent", "concurrent-with-start", "concurrent-with-end"})
LONGEST_KEY = 20
DAYS = {"d": 1, "wk": 7}
MONTHS = {"mo": 1, "a": 12}
DAYS_OF_A_MONTH = Decimal("30.4375")
IMAGING = frozenset({"mibg_scan", "anatomical_imaging", "fdg_pet"})
# A follow-up's ranks where the file names none: the earlier phase the higher, all below the nadir.
HIGHEST, STEP, LOWEST = 800, 50, 100
NADIR = {"first_week": 4, "last_week": 6, "cost": 900}


class Read(NamedTuple):
    """What came of a PlanDefinition: the protocol file, and what a person should check in it."""

    text: str
    notes: tuple[str, ...]


def parsed(text: str) -> object:
    """Return the JSON of a resource.

    Raises   ProtocolError: it is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        what = "is nested too deeply" if isinstance(error, RecursionError) else f"is not JSON: {error}"
        raise ProtocolError([Mistake("", "", what, "give a FHIR R4 PlanDefinition as JSON")]) from error


def read_plan_definition(resource: object, *, slug: str = "", version: str = "") -> Read:
    """Return the protocol file of a PlanDefinition, under another name when one is given.

    Raises   ProtocolError: with everything that could not be understood, where and what to do.
    """
    if not isinstance(resource, Mapping) or resource.get("resourceType") != "PlanDefinition":
        raise ProtocolError([Mistake(SOURCE, "resourceType", "is not PlanDefinition", "give a FHIR R4 PlanDefinition")])
    if wrong := list(misshapen(resource)):
        raise ProtocolError(wrong)
    carried = extension_of(resource, PROTOCOL_FILE)
    if carried is None:
        return Reader(resource).read(slug=slug, version=version)
    protocol = read_protocol(carried.get("valueString") or "", source=SOURCE)
    if list(resource.get("action") or []) != actions_of(protocol):
        remedy = f"take the extension {PROTOCOL_FILE} away, so that the actions are read"
        raise ProtocolError(
            [Mistake(SOURCE, "action", "was changed since the protocol file was put beside it", remedy)]
        )
    return Read(renamed(protocol, slug, version), ())


def renamed(protocol: Protocol, slug: str, version: str) -> str:
    """Return a protocol's file under another name, when one is given."""
    content = content_of(protocol)
    return dump_content(content | {"slug": slug or protocol.slug, "version": version or protocol.version})


class Reader:
    """Reads a PlanDefinition of another system, and collects what it does not understand instead of guessing."""

    def __init__(self, resource: Json) -> None:
        self.resource = resource
        self.mistakes: list[Mistake] = []
        self.notes: list[str] = []
        self.names: dict[str, str] = {}
        self.actions = dict(self._walk(resource.get("action") or [], "action"))
        self.by_id: dict[str, str] = {}
        for path, action in self.actions.items():
            if (known := action.get("id")) and (first := self.by_id.setdefault(known, path)) != path:
                self.mistake(f"{path}.id", f"{known!r} is the id of {first} too", "give each action its own")
        if len(self.actions) > MOST_ACTIONS:
            what = f"has {len(self.actions)} entries that stand in time"
            raise ProtocolError([Mistake(SOURCE, "action", what, f"give {MOST_ACTIONS} or fewer")])

    def mistake(self, path: str, what: str, remedy: str) -> None:
        """Note what at `path` cannot be understood."""
        self.mistakes.append(Mistake(SOURCE, path, what, remedy))

    def _walk(self, actions: Sequence[Json], path: str) -> Iterable[tuple[str, Json]]:
        """Yield each action that stands in time by its path: one with `relatedAction`, and what they refer to."""
        for number, action in enumerate(actions):
            here = f"{path}[{number}]"
            yield here, action
            if not action.get("relatedAction"):
                yield from self._walk(action.get("action") or [], f"{here}.action")

    def read(self, *, slug: str, version: str) -> Read:
        """Return the protocol file.

        Raises   ProtocolError: something could not be understood.
        """
        timepoints = [point for path, action in self.actions.items() if (point := self._timepoint(path, action))]
        anchors = {self._anchor(path) for path, action in self.actions.items() if action.get("relatedAction")}
        if len(anchors - {None}) > 1:
            self.mistake("action", "counts from several events", "let every action count from the one infusion")
        if not timepoints and not self.mistakes:
            self.mistake(
                "action", "holds no timepoint with an offset", "give actions with relatedAction.offsetDuration"
            )
        if self.mistakes:
            raise ProtocolError(list(dict.fromkeys(self.mistakes)))
        text = self._written(timepoints, slug=slug, version=version)
        read_protocol(text, source=SOURCE)  # what we write of it must be readable
        self.notes.append(
            "Ranks, the weeks of the nadir, markers of tumours and the choices of intervals are not in a "
            "PlanDefinition: check them, and which timepoints are scans."
        )
        return Read(text, tuple(self.notes))

    def _anchor(self, path: str, seen: frozenset[str] = frozenset()) -> str | None:
        """Return the path of the action everything before `path` counts from; None when that cannot be found."""
        related = self.actions[path].get("relatedAction")
        if not related:
            return path
        before = self.by_id.get(related[0].get("actionId"))
        if before is None or before in seen:
            return None
        return self._anchor(before, seen | {path})

    def _timepoint(self, path: str, action: Json) -> Timepoint | None:
        related = action.get("relatedAction")
        self._refuse_conditional(path, action)
        if not related:
            return None
        if any(key.startswith("timing") for key in action):
            self.mistake(f"{path}.timing", "is beside the offset", "list each timepoint with its own offset")
        offset = self._offset(path)
        if offset is None or offset[1] == 0:  # day 0 is the treatment itself
            return None
        unit, number = offset
        if number > LAST:
            self.mistake(f"{path}.relatedAction[0]", f"leads to {unit} {number}", f"plan {LAST} {unit} at most")
            return None
        window = self._window(f"{path}.relatedAction[0]", related[0], unit, number)
        activities = tuple(dict.fromkeys(self._activities(path, action)))
        if window is None or not activities:
            return None
        kind = "imaging" if IMAGING.issuperset(activities) else "visit"
        return Timepoint(unit, number, kind, *window, activities)

    def _offset(self, path: str, seen: frozenset[str] = frozenset()) -> tuple[str, int] | None:
        """Return unit and number of an action's target after the anchor, over what lies between."""
        related = self.actions[path].get("relatedAction")
        if not related:
            return "weeks", 0
        here = f"{path}.relatedAction[0]"
        if len(related) > 1:
            self.mistake(f"{path}.relatedAction", "has several", "count each action from one other")
            return None
        own, before = self._own_offset(here, related[0]), self.by_id.get(related[0].get("actionId"))
        if before is None or before in seen | {path}:
            what = "leads back to itself" if before else "names no action of this plan"
            self.mistake(f"{here}.actionId", what, "count from the infusion")
            return None
        earlier = self._offset(before, seen | {path})
        if own is None or earlier is None:
            return None
        if earlier[1] == 0 or own[1] == 0 or own[0] == earlier[0]:
            return (own[0] if own[1] else earlier[0]), own[1] + earlier[1]
        self.mistake(here, "mixes weeks and months on the way from the infusion", "count from the infusion")
        return None

    def _own_offset(self, here: str, related: Json) -> tuple[str, int] | None:
        relationship = related.get("relationship") or ""
        if relationship not in AFTER | CONCURRENT:
            self.mistake(
                f"{here}.relationship", f"{relationship!r} does not follow", "only what comes after the infusion"
            )
            return None
        if relationship in CONCURRENT:
            return "weeks", 0
        duration = related.get("offsetDuration")
        if not isinstance(duration, Mapping):
            self.mistake(f"{here}.offsetDuration", "is missing", "give a target; a range alone is only a window")
            return None
        number, code = whole(duration.get("value")), duration.get("code")
        if number is not None and code in MONTHS:
            return "months", number * MONTHS[code]
        if number is not None and code in DAYS and number * DAYS[code] % 7 == 0:
            return "weeks", number * DAYS[code] // 7
        what = f"{duration.get('value')} {code} is not a whole number of weeks or months"
        self.mistake(f"{here}.offsetDuration", what, "use UCUM d (a multiple of 7), wk, mo or a")
        return None

    def _window(self, here: str, related: Json, unit: str, number: int) -> tuple[int, int] | None:
        if exact := extension_of(related, WINDOW):
            sides = {each.get("url"): whole(each.get("valueUnsignedInt")) for each in exact.get("extension") or []}
            before, after = sides.get("before"), sides.get("after")
            if before is not None and after is not None:
                return before, after
        acceptable = extension_of(related, ACCEPTABLE_OFFSET_RANGE)
        if acceptable is None:
            self.notes.append(f"{here} has no window: the day itself was taken.")
            return 0, 0
        sides_given = acceptable.get("valueRange") or {}
        own = related.get("offsetDuration") or {"value": 0, "code": "d"}  # concurrent: at the same time
        target = int(own["value"]) * DAYS.get(own["code"], 0) or round(
            int(own["value"]) * MONTHS.get(own["code"], 0) * DAYS_OF_A_MONTH
        )
        low, high = in_days(sides_given.get("low")), in_days(sides_given.get("high"))
        if low is None or high is None or not low <= target <= high:
            what = "is not a range of days around the target, counted from where the target counts"
            self.mistake(f"{here}.extension", what, "give low and high in UCUM d or wk")
            return None
        if own["code"] in MONTHS:
            self.notes.append(
                f"{here}: the window around {number} {unit} was taken as {target - low} and {high - target} days."
            )
        return target - low, high - target

    def _activities(self, path: str, action: Json) -> Iterable[str]:
        """Yield the keys of what is done at a timepoint: the actions below it, or itself when there are none."""
        self._refuse_conditional(path, action)
        below = action.get("action") or []
        if not below and "definitionCanonical" in action:
            what = "refers to something that is not here"
            self.mistake(f"{path}.definitionCanonical", what, "put the activities below this action")
        elif not below:
            yield from self._activity(path, action)
        for number, each in enumerate(below):
            here = f"{path}.action[{number}]"
            if each.get("relatedAction"):
                self.mistake(f"{here}.relatedAction", "gives it a time of its own", "put it beside its timepoint")
            elif each.get("action"):
                yield from self._activities(here, each)
            else:
                self._refuse_conditional(here, each)
                yield from self._activity(here, each)

    def _refuse_conditional(self, path: str, action: Json) -> None:
        """Name what would make an action hold for some patients only; a phase is for everybody."""
        if action.get("condition"):
            self.mistake(f"{path}.condition", "lets it hold for some only", "take it away where it is for everybody")
        if action.get("requiredBehavior") not in (None, "must"):
            what = f"{action['requiredBehavior']!r} leaves it open"
            self.mistake(f"{path}.requiredBehavior", what, "write must, or take the action away")
        if "selectionBehavior" in action and action["selectionBehavior"] != "all":
            self.mistake(f"{path}.selectionBehavior", "lets some be chosen", "write all, or list what is always done")

    def _activity(self, path: str, action: Json) -> Iterable[str]:
        codes = [coding for code in action.get("code") or [] for coding in code.get("coding") or []]
        own = next((coding.get("code") for coding in codes if coding.get("system") == ACTIVITY), None)
        title = " ".join((action.get("title") or "").split())
        if key := own or known_key(title) or self._new_key(title):
            self.names.setdefault(key, title or key)
            yield key
        else:
            self.mistake(f"{path}.title", "is missing", "name the activity")

    def _new_key(self, title: str) -> str:
        """Return a key for an activity only the resource knows; two titles never share one."""
        plain = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:LONGEST_KEY]
        key, number = plain, 1
        while key and self.names.get(key, title) != title:
            number += 1
            key = f"{plain[: LONGEST_KEY - 3]}_{number}"
        return key

    def _written(self, timepoints: Sequence[Timepoint], *, slug: str, version: str) -> str:
        standard = content_of(packaged_protocol().protocol)
        title = " ".join((self.resource.get("title") or self.resource.get("name") or "Imported protocol").split())
        name = slug or re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50] or "imported"
        phases = {}
        for rank, run in enumerate(runs(timepoints)):
            key, content = phase_of(run, cost=max(HIGHEST - STEP * rank, LOWEST))
            phases[key if key not in phases else f"{key}_{rank}"] = content
        return dump_content(
            {
                "slug": name,
                "version": version or self.resource.get("version") or "1.0",
                "title": title,
                "activities": self.names,
                "indications": {key: [] for key in standard["indications"]},
                "options": standard["options"],
                "nadir": NADIR,
                "phases": phases,
            }
        )


def whole(value: object) -> int | None:
    """Return a JSON number that is whole and not negative; None otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value != int(value) or value < 0:
        return None
    return int(value)


def in_days(quantity: object) -> int | None:
    """Return a quantity of days or weeks in days; None when it is something else."""
    if not isinstance(quantity, Mapping) or (number := whole(quantity.get("value"))) is None:
        return None
    return number * DAYS[quantity["code"]] if quantity.get("code") in DAYS else None


def known_key(title: str) -> str | None:
    """Return the key of an activity the product knows under exactly this title."""
    names = packaged_protocol().protocol.activities
    return next((key for key, name in names.items() if title.lower() in (name.lower(), key)), None)
