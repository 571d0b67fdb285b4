"""The table of medicines: what is found by which name, what is verified, and what is refused when it is read."""

import pytest

from imaging.preparing import Standing, TableUnsound, adapted, load, names_of, packaged
from imaging.preparing.loader import PACKAGED

TABLE = packaged()
TEXT = PACKAGED.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Labetalol 200 mg", "labetalol"),
        ("LABETALOL", "labetalol"),
        ("Pseudoefedrína jarabe", "sympathomimetics"),
        ("Venlafaxine-XR", "snri"),
        ("amlodipino/valsartán", "calcium_blockers"),
        ("Nortriptilina", "tricyclics"),
        ("Norvasc", "calcium_blockers"),
        ("Cardizem CD 120 mg", "calcium_blockers"),
        ("Adalat", "calcium_blockers"),
        ("lercanidipine", "calcium_blockers"),
        ("isradipine", "calcium_blockers"),
        ("Cymbalta", "snri"),
        ("Effexor XR", "snri"),
        ("milnacipran", "snri"),
        ("Wellbutrin", "bupropion"),
        ("Elavil", "tricyclics"),
        ("dosulepin", "tricyclics"),
        ("oxymetazoline nasal spray", "sympathomimetics"),
        ("xylometazoline", "sympathomimetics"),
        ("Claritin-D", "sympathomimetics"),
        ("labetalol + reserpine", "reserpine"),  # the one that is withheld longest
        ("labetalol + amiodarone", "amiodarone"),  # one without a number before all
    ],
)
def test_medicine_is_found_by_name(written, key):
    assert TABLE.find(written).group.key == key


@pytest.mark.parametrize("written", ["", "Omeprazole", "labetalolum", "no bupro pion", "levothyroxine 50"])
def test_other_medicine_is_not_found(written):
    assert TABLE.find(written) is None


@pytest.mark.parametrize(
    ("name", "standing"),
    [
        ("duloxetine", Standing.VERIFIED),
        ("desvenlafaxine", Standing.UNVERIFIED),
        ("amitriptilina", Standing.VERIFIED),
        ("clomipramine", Standing.UNVERIFIED),
        ("labetalol", Standing.UNVERIFIED),
        ("bupropion", Standing.VERIFIED),
        ("ephedrine", Standing.UNVERIFIED),
        ("Cymbalta", Standing.UNVERIFIED),
        ("milnacipran", Standing.UNVERIFIED),
        ("oxymetazoline", Standing.UNVERIFIED),
    ],
)
def test_one_week_is_verified_only_for_the_medicines_of_its_list(name, standing):
    found = TABLE.find(name)

    assert found.group.before_scan.standing(found.name) == standing


def test_no_number_for_an_infusion_is_verified():
    steps = [step for group in TABLE.classes for step in (group.before_infusion, group.after_infusion) if step]

    assert [step for step in steps if step.verified_for] == []


def test_clinics_own_days_stand_and_say_what_was_shipped():
    table = adapted(TABLE, {"labetalol": {"before_scan": 3, "gone": 1}, "gone": {"before_scan": 1}})

    found = table.find("labetalol").group
    assert (found.before_scan.days, found.before_scan.standing("labetalol")) == (3, Standing.OWN)
    assert found.before_scan.source.startswith("Shipped: 7 days.")
    assert found.before_infusion == TABLE.find("labetalol").group.before_infusion


def test_days_that_are_those_shipped_are_not_the_clinics_own():
    assert adapted(TABLE, {"labetalol": {"before_scan": 7}}, injection_days_before=1) == TABLE


def test_class_without_a_number_gets_the_clinics():
    found = adapted(TABLE, {"amiodarone": {"before_scan": 90}}).find("amiodarone").group

    assert (found.before_scan.days, found.before_scan.source) == (90, "Shipped without a number")


def test_clinics_own_name_is_found_unverified_and_one_that_is_shipped_is_not_its_own():
    table = adapted(TABLE, {}, names={"snri": ["Dulotex", "DULOTEX", "Duloxetine"], "gone": ["Prescol"]})

    found = table.find("Dulotex 30 mg")
    assert (found.group.key, found.is_own) == ("snri", True)
    assert found.group.own_names == ("dulotex",)
    assert found.group.before_scan.standing(found.name) == Standing.UNVERIFIED
    assert table.find("duloxetine").is_own is False
    assert "dulotex" in names_of(table)


def test_every_name_is_of_one_class():
    assert len(names_of(TABLE)) == len(set(names_of(TABLE)))


def mistakes(*swaps):
    text = TEXT
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(TableUnsound) as refused:
        load(text)
    return list(refused.value.mistakes)


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ('version = "1"', "", "version: is missing"),
        ('version = "1"', "version = 1", "version: must be a text"),
        ('key = "reserpine"', 'key = "labetalol"', "labetalol: is the key of two classes"),
        ('names = ["bupropion"', 'names = ["labetalol", "bupropion"', "labetalol: is a name of two classes"),
        (
            'names = ["bupropion"',
            'names = ["Zyban", "bupropion"',
            "classes[7].names: 'Zyban' must be written in small letters",
        ),
        (
            'evidence = "high"',
            'evidence = "sure"',
            "classes[0].evidence: must be one of high, medium, mechanistic, listed",
        ),
        (
            'source = "mayo"',
            'source = "hearsay"',
            "classes[0].before_scan.source: names no source; known: adreview, after_scan,",
        ),
        ("days = 42", "days = 400", "classes[1].before_scan.days: must lie between 0 and 365 days"),
        ("days = 42", 'days = "42"', "classes[1].before_scan.days: must be a whole number"),
        (
            'of = ["bupropion"]',
            'of = ["prozac"]',
            "classes[7].before_scan.of: 'prozac' is not among the names of its class",
        ),
        (', of = ["bupropion"]', "", "classes[7].before_scan.of: is missing"),
        ('no_days = "Five half-lives are many months', '# "', "classes[4]: has either all of before_scan,"),
        ("from_months = 1\n", "from_months = 0\n", "blockade.doses: must begin at 0 months and rise"),
        ("last_days_after = 10", "last_day_after = 10", "blockade.infusion.last_days_after: is missing"),
        (
            "prescribed_for_pressure = true",
            "for_pressure = true",
            "classes[0].for_pressure: is not known here; known: after_infusion,",
        ),
    ],
)
def test_mistake_in_the_file_is_named(old, new, mistake):
    found = mistakes((old, new))

    assert [each for each in found if each.startswith(f"medicines.toml: {mistake}")], found


def test_every_mistake_is_told_at_once():
    found = mistakes(("days = 42", "days = 400"), ('evidence = "high"', 'evidence = "sure"'))

    assert len(found) == 2


def test_what_is_not_toml_is_refused():
    with pytest.raises(TableUnsound, match="is not TOML"):
        load("version = ")
