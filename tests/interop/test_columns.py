from interop.csv.columns import BY_NAME, COLUMNS, REQUIRED, exact_matching, guess_matching
from interop.csv.writing import template
from iotrex_followup.csv_reading import Sheet, read_sheet
from iotrex_followup.findings import Finding


def test_columns_are_those_that_were_agreed():
    assert " ".join(column.name for column in COLUMNS) == (
        "mrn given_name family_name birth_date sex indication secreting treated_on kind activity_mbq weight_kg "
        "clinician_email phone email language time_zone imaging_interval annual_interval annual_reason "
        "override_reason followed_from protocol"
    )


def test_required_columns_are_those_that_were_agreed():
    assert " ".join(REQUIRED) == "mrn given_name family_name birth_date sex indication secreting treated_on"


def test_template_matches_every_column():
    matching, mistakes, notes = exact_matching(read_sheet(template() + b"A1\n"))

    assert (list(matching), mistakes, notes) == (list(BY_NAME), [], [])


def test_exact_matching_takes_heads_in_any_order_case_and_spelling_of_spaces():
    heads = ("Treated on", "MRN", "given-name", "FAMILY_NAME", "birth date", "Sex", "secreting ", "indication")

    matching, mistakes, notes = exact_matching(Sheet(heads, ()))

    assert (matching["treated_on"], matching["mrn"], mistakes, notes) == (0, 1, [], [])


def test_exact_matching_names_each_missing_and_doubled_head_and_notes_unknown_ones():
    heads = ("mrn", "mrn", "given_name", "family_name", "sex", "indication", "secreting", "activty_mbq", "room", "")

    _, mistakes, notes = exact_matching(Sheet(heads, ()))

    assert [(m.row, m.column, m.what) for m in mistakes] == [
        (1, "mrn", "Two columns have this head."),
        (1, "birth_date", "This column is missing."),
        (1, "treated_on", "This column is missing."),
    ]
    assert notes == [
        Finding(1, "activty_mbq", "This column is not known and was not read.", "If it is activity_mbq, rename it."),
        Finding(1, "room", "This column is not known and was not read.", "Nothing needs doing if that is right."),
    ]


def test_guess_matching_knows_the_usual_heads_of_strangers():
    heads = ("Hospital Number", "Surname", "First name", "DOB", "Gender", "Infusion date", "Diagnosis", "Ward")

    assert guess_matching(heads) == {
        "mrn": 0,
        "family_name": 1,
        "given_name": 2,
        "birth_date": 3,
        "sex": 4,
        "treated_on": 5,
        "indication": 6,
    }


def test_guess_matching_does_not_guess_a_unit():
    assert guess_matching(("Activity", "Weight", "Dose")) == {}


def test_guess_matching_prefers_our_own_head_and_uses_a_column_once():
    assert guess_matching(("Patient number", "mrn")) == {"mrn": 1}
