"""A patient's laboratory course as the rules read it, loaded for many patients in a handful of queries."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import Clinic
from labs.models import Alert, Baseline, LabPolicy, LabResult
from labs.rules.derive import Person
from labs.rules.effects import Support
from labs.rules.fever import Screen
from labs.rules.loader import Rules, adapted_rules, packaged_rules
from labs.rules.red_flag import Word, told
from labs.rules.values import Course, Infusion, Sample
from labs.settling.failing import Attempts
from labs.settling.rows import Row, rows_of, sample_of
from patients.models import ClinicalEvent, ContactEntry, Patient, SupportiveCare, Treatment
from schedules.actions.settling import course_starts
from schedules.models import VisitRecord

NOON = time(12)
FEVER = "fever"  # of the red flags
# Records without a height, a temperature or a sign of infection say nothing to the rules.
NOTED = (
    Q(height_cm__isnull=False)
    | Q(temperature_c__isnull=False)
    | Q(findings__rigors="present")
    | Q(findings__infection="present")
)
OUTSIDE = ("possible_critical",)  # alerts that do not follow from stored results


@dataclass
class Chart:
    """One patient, with what the rules need to know."""

    patient: Patient
    rows: list[Row] = field(default_factory=list)
    treatments: list[Treatment] = field(default_factory=list)
    supports: list[Support] = field(default_factory=list)
    events: list[ClinicalEvent] = field(default_factory=list)
    baselines: list[Baseline] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)  # but for those OUTSIDE
    heights: list[tuple[date, Decimal]] = field(default_factory=list)
    screens: list[Screen] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)  # that told of a red flag
    planned_on: list[date] = field(default_factory=list)
    touched: list[Baseline] = field(default_factory=list)  # baselines to be saved
    bare: list[Baseline] = field(default_factory=list)  # baselines of analytes without any value
    versions: dict[UUID, UUID] = field(default_factory=dict)  # of chosen baselines: the version that holds now
    attempts: Attempts = field(default_factory=Attempts)

    @property
    def infusions(self) -> list[Infusion]:
        """The therapeutic infusions in order; the time of day at which one began is not on record."""
        began = course_starts(self.treatments)
        return [
            Infusion(number, each.started_on, course_began=began.get(each.pk))
            for number, each in enumerate(self.treatments, start=1)
        ]

    def person(self, day: date) -> Person:
        """Return what formulas need of the patient, with the height nearest to `day`."""
        near = min(self.heights, key=lambda height: abs((height[0] - day).days), default=None)
        return Person(
            self.patient.birth_date,
            self.patient.sex,
            near[1] if near else None,
            near[0] if near else None,
        )

    def samples(self, rules: Rules) -> list[Sample]:
        """Return the rows as the rules read them, marked with what affects them."""
        samples = []
        for row in self.rows:
            if row.si_value is not None:
                with self.attempts.of(rules.effects, (row.analyte,), [row]):
                    samples.append(sample_of(row, row.si_value, rules, self.supports))
        return samples

    def course(self, rules: Rules, today: date, baselines: dict[str, Sample]) -> Course:
        """Return the course the rules beyond single values read."""
        return Course(self.samples(rules), today=today, infusions=self.infusions, baselines=baselines)


def load(patients: Sequence[Patient], *, lock: bool = False) -> list[Chart]:
    """Return the charts of `patients`, in the same number of queries for any number of them.

    `lock` keeps their alerts as they are until the transaction ends, so that no answer given meanwhile is lost.
    """
    charts = {patient.pk: Chart(patient) for patient in patients}
    for row in rows_of(patients):
        charts[row.patient_id].rows.append(row)
    therapeutic = Treatment.objects.filter(patient__in=patients, kind=Treatment.Kind.THERAPEUTIC)
    for treatment in therapeutic.order_by("started_on", "id"):
        if treatment.state == Treatment.State.GIVEN:
            charts[treatment.patient_id].treatments.append(treatment)
        elif treatment.state == Treatment.State.PLANNED:
            charts[treatment.patient_id].planned_on.append(treatment.started_on)
    for patient, support in supports_of(patients):
        charts[patient].supports.append(support)
    events = ClinicalEvent.objects.filter(patient__in=patients, withdrawn=False)
    for event in events.only("patient", "kind", "started_on", "ended_on", "tsh_low", "tsh_high", "note"):
        charts[event.patient_id].events.append(event)
    for baseline in Baseline.objects.filter(patient__in=patients).order_by():
        charts[baseline.patient_id].baselines.append(baseline)
    alerts = Alert.objects.filter(patient__in=patients).exclude(rule__in=OUTSIDE).order_by("pk")
    for alert in alerts.select_for_update(of=("self",), no_key=True) if lock else alerts:
        charts[alert.patient_id].alerts.append(alert)  # type: ignore[index]  # filtered by patient
    records = VisitRecord.objects.filter(patient__in=patients, withdrawn=False).filter(NOTED)
    for record in records.only("patient", "occurred_on", "height_cm", "temperature_c", "findings"):
        chart = charts[record.patient_id]
        if record.height_cm is not None:
            chart.heights.append((record.occurred_on, record.height_cm))
        chart.screens.append(screen_of(record, chart.patient.clinic.zone))
    entries = ContactEntry.objects.standing().filter(patient__in=patients).exclude(red_flags=[]).order_by("at", "pk")
    for entry in entries.only("patient", "at", "means", "red_flags"):
        chart = charts[entry.patient_id]
        word = word_of(entry, chart.patient.clinic.zone)
        chart.words.append(word)
        if FEVER in word.flags:
            chart.screens.append(screen_told(word))
    follow_versions(charts.values())
    return list(charts.values())


def supports_of(patients: Collection[Patient]) -> Iterator[tuple[UUID, Support]]:
    """Yield what `patients` were given for their counts, in order of its days, with whose it is."""
    given = SupportiveCare.objects.filter(patient__in=patients, withdrawn=False)
    for patient, product, given_on in given.values_list("patient", "product", "given_on"):
        yield patient, Support(product, given_on)


def follow_versions(charts: Iterable[Chart]) -> None:
    """Note for each baseline a clinician chose which version of that result holds now."""
    chosen = {row.result_id: chart for chart in charts for row in chart.baselines if row.chosen and row.result_id}
    if not chosen:
        return
    identities = dict(LabResult.objects.filter(pk__in=chosen).values_list("pk", "identity"))
    holding = dict(LabResult.objects.current().filter(identity__in=identities.values()).values_list("identity", "pk"))
    for pk, identity in identities.items():
        if identity in holding:
            chosen[pk].versions[pk] = holding[identity]


def screen_of(record: VisitRecord, zone: ZoneInfo) -> Screen:
    """Return what was noted at a visit; the time of day is not on record."""
    return Screen(
        datetime.combine(record.occurred_on, NOON, zone),
        record.occurred_on,
        record.temperature_c,
        record.findings.get("rigors") == "present",
        record.findings.get("infection") == "present",
    )


def word_of(entry: ContactEntry, zone: ZoneInfo) -> Word:
    """Return what an entry of the contact log tells of red flags."""
    return Word(str(entry.pk), entry.at.astimezone(zone), entry.means, tuple(entry.red_flags))


def screen_told(word: Word) -> Screen:
    """Return the fever that was told, as the rule of fever reads it."""
    return Screen(word.at, word.day, told=told(word, (FEVER,)), entry=word.id)


def policy_of(clinic: Clinic) -> LabPolicy:
    """Return the clinic's policy; one that was never changed is the default, not stored."""
    return LabPolicy.objects.filter(clinic=clinic).first() or LabPolicy(clinic=clinic)


def rules_of(policy: LabPolicy) -> Rules:
    """Return the rules as the clinic runs them."""
    if not policy.settings and not policy.rules_off:
        return packaged_rules()
    return adapted_rules(policy.settings, off=policy.rules_off)
