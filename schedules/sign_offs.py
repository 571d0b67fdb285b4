"""The sign-off register: every clinical setting that is not in the source, as it runs, and who signed it.

Each app tells its settings in AppConfig.ready. What is signed elsewhere, such as an approved protocol version, is shown
as what it is, and not stored twice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from accounts.models import Clinic
from iotrex_followup.errors import InputRefused
from patients import treatment_checks as checks
from patients.models import Indication
from patients.treatment_intervals import DEFAULT, intervals
from schedules.documents.wording import LANGUAGES, wording
from schedules.models import Plan, Protocol, ProtocolApproval, SignOff
from schedules.names import activity_name
from schedules.plans.life import CARE_IN, ENDING, SAFE_IN_PREGNANCY
from schedules.protocol import Phase, counts
from schedules.protocol import Protocol as Definition


class Signature(NamedTuple):
    """Who signed a setting, and when; `where` names what holds it when it is not the register."""

    by: str
    on: date
    where: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a clinic runs it: `key` names it for good, `value` is its text, `source` where it comes from.

    `elsewhere`: a signature that is kept elsewhere.
    """

    key: str
    group: str
    title: str
    source: str
    value: str
    elsewhere: Signature | None = None

    @property
    def lines(self) -> list[str]:
        """The value line by line."""
        return self.value.splitlines()


# What each app tells: given a clinic, its settings in the order they are shown.
SETTINGS: list[Callable[[Clinic], Iterable[Setting]]] = []


class Standing(StrEnum):
    """How a setting stands, as people read it."""

    SIGNED = "Signed"
    CHANGED = "Changed since it was signed"
    UNSIGNED = "Example, not signed off"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register: the setting, and the signature under it that was not withdrawn, if any."""

    setting: Setting
    sign_off: SignOff | None

    @property
    def standing(self) -> Standing:
        if self.sign_off and self.sign_off.value == self.setting.value:
            return Standing.SIGNED
        if self.setting.elsewhere:
            return Standing.SIGNED
        return Standing.CHANGED if self.sign_off else Standing.UNSIGNED

    @property
    def signature(self) -> Signature | None:
        """Who signed it as it stands; None while nobody did."""
        if self.sign_off and self.sign_off.value == self.setting.value:
            return Signature(str(self.sign_off.signed_by), self.sign_off.signed_on)
        return self.setting.elsewhere

    @property
    def signed_source(self) -> str:
        """What the signer relied on."""
        return self.sign_off.source if self.sign_off else ""


def settings_of(clinic: Clinic) -> list[Setting]:
    """Return every setting of a clinic as it runs."""
    return [setting for tell in SETTINGS for setting in tell(clinic)]


def register_of(clinic: Clinic) -> list[Entry]:
    """Return the register of a clinic: every setting with the latest signature that stands, whatever it signed."""
    standing = SignOff.objects.filter(clinic=clinic, withdrawn=False).select_related("signed_by")
    latest = {sign_off.setting: sign_off for sign_off in standing.order_by("signed_on", "id")}
    return [Entry(setting, latest.get(setting.key)) for setting in settings_of(clinic)]


def setting_of(clinic: Clinic, key: str) -> Setting:
    """Return one setting of a clinic.

    Raises   InputRefused: there is none of that key.
    """
    found = next((setting for setting in settings_of(clinic) if setting.key == key), None)
    if found is None:
        raise InputRefused("There is no such setting.", field="setting")
    return found


def groups_of(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Return the entries by group, in the order told."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.setting.group, []).append(entry)
    return list(groups.items())


PROTOCOL_SOURCE = "The application note, made exact; windows are ours, unverified"
OURS = "Ours, unverified"


def schedule_settings(clinic: Clinic) -> Iterable[Setting]:
    """Tell what plans and treatments go by: protocols in use, the clock, intervals, holds, the patients' texts."""
    yield from protocol_settings(clinic)
    yield Setting(
        "counts.clock",
        "Plans",
        "Clock over the blood counts",
        "The follow-up protocol; the limits are ours, unverified",
        f"From day {counts.FIRST_DAY.days} until recovery, at most to day {counts.LAST_DAY.days} or while provisional "
        f"counts go on. Overdue after {counts.LIMIT} days without a count, {counts.SEVERE_LIMIT} after a severe one.",
    )
    for indication, interval in intervals().items():
        name = "every other indication" if indication == DEFAULT else Indication(indication).label
        yield Setting(
            f"treatments.interval.{indication}",
            "Treatments",
            f"Fewest days between treatments, {name}",
            interval.source,
            f"{interval.shortest.days} days between two therapeutic infusions; less is asked about.",
        )
    low, high = checks.ACTIVITY_MBQ
    least, most = checks.DOSIMETRIC_ACTIVITY_MBQ
    yield Setting(
        "treatments.plausible",
        "Treatments",
        "Plausible activities and weights",
        OURS,
        f"Therapeutic {low}-{high} MBq, dosimetric {least}-{most} MBq, at most {checks.ACTIVITY_PER_KG_MBQ} MBq/kg; "
        f"weight {checks.WEIGHT_KG[0]}-{checks.WEIGHT_KG[1]} kg. What lies outside is asked about.",
    )
    safe = ", ".join(sorted(activity_name(key) for key in SAFE_IN_PREGNANCY))
    yield Setting(
        "holds.pregnancy",
        "Holds",
        "What waits for a decision in pregnancy",
        "The follow-up protocol",
        f"Every imaging visit, and every activity but {safe}.",
    )
    pausing = [kind.label for kind in CARE_IN if kind not in ENDING]
    yield Setting("holds.pause", "Holds", "What holds a whole plan", OURS, f"{', '.join(pausing)}: every open visit.")
    ending = ", ".join(kind.label for kind in ENDING)
    yield Setting(
        "holds.ending",
        "Holds",
        "What ends a plan",
        "The follow-up protocol",
        f"{ending} (a transfer once it is accepted). Results that arrive later are judged all the same.",
    )
    for language in LANGUAGES:
        texts = "\n".join(lines_of(wording(language).texts))
        title = f"Texts of the patient sheet, {'English' if language == 'en' else 'Spanish'}"
        yield Setting(f"texts.{language}", "Texts for patients", title, OURS, texts)


def protocol_settings(clinic: Clinic) -> Iterable[Setting]:
    """Tell the protocol versions that are active, or that plans of this clinic follow, with their approval."""
    approvals = ProtocolApproval.objects.filter(clinic=clinic).select_related("approved_by")
    approved = {each.protocol_id: Signature(str(each.approved_by), each.approved_on, "Protocols") for each in approvals}
    followed = set(Plan.objects.filter(clinic=clinic).order_by().values_list("protocol_id", flat=True).distinct())
    for protocol in Protocol.objects.exclude(status=Protocol.Status.DRAFT).order_by("slug", "version"):
        own = protocol.clinic_id in (None, clinic.pk)
        if protocol.pk in followed or (own and protocol.status == Protocol.Status.ACTIVE):
            yield Setting(
                f"protocol.{protocol.slug}.{protocol.version}",
                "Protocols",
                str(protocol),
                "An example to be approved" if protocol.is_example else PROTOCOL_SOURCE,
                "\n".join(protocol_lines(protocol.definition)),
                approved.get(protocol.pk),
            )


def protocol_lines(definition: Definition) -> Iterable[str]:
    """Yield each phase of a protocol with its offsets, windows and activities, then the choices it offers."""
    for phase in definition.phases:
        activities = ", ".join(activity_name(key) for key in phase.activities)
        window = f"-{phase.window_before}/+{phase.window_after} days"
        yield f"{phase.name}: {offsets(phase)}, {window}: {activities}"
    for name, offer in definition.choices.items():
        choices = ", ".join(map(str, offer.choices))
        yield f"{name.replace('_', ' ')}: {offer.default} months; to be chosen from {choices}"


def offsets(phase: Phase) -> str:
    """Return where the timepoints of a phase lie: "weeks 1 to 8, every 1"."""
    start = f"from {phase.first}" if phase.first is not None else f"after {phase.after}"
    step = phase.every if isinstance(phase.every, int) else f"as chosen ({phase.every.replace('_', ' ')})"
    return f"{phase.unit} {start}{f' to {phase.last}' if phase.last else ' on'}, every {step}"


def lines_of(texts: object, path: str = "") -> Iterable[str]:
    """Yield every text of a document by its key, in the order of the file."""
    if isinstance(texts, dict):
        for key, value in texts.items():
            yield from lines_of(value, f"{path}.{key}" if path else key)
    elif isinstance(texts, list):
        for value in texts:
            yield from lines_of(value, path)
    else:
        yield f"{path}: {texts}"
