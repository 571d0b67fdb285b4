"""Who is written to, and by which way."""

from datetime import date
from uuid import UUID

import pytest

from schedules.reminders.addressing import Addressee, Nobody, Reach, addressee, is_child

BOTH = ("sms", "email")


def reach(number, relation="self", *, authority=False, ways=("sms",), agreed=True, order=1, **more):
    known = {"language": "en", "interpreter": False, "phone": "07700 900001"} | more
    return Reach(UUID(int=number), relation, authority, order, ways=frozenset(ways), agreed=agreed, **known)


def chosen(*reaches, child=False, channels=BOTH):
    found = addressee(reaches, child=child, channels=channels)
    return (found.contact.int, found.channel) if isinstance(found, Addressee) else found


@pytest.mark.parametrize(
    ("born", "day", "child"),
    [
        (date(2006, 3, 1), date(2024, 2, 29), True),
        (date(2006, 3, 1), date(2024, 3, 1), False),
        (date(2004, 2, 29), date(2022, 2, 28), False),
    ],
)
def test_grown_up_from_the_eighteenth_birthday(born, day, child):
    assert is_child(born, day) is child


@pytest.mark.parametrize(
    ("relation", "authority", "of_a_child", "of_an_adult"),
    [
        ("self", False, False, True),
        ("self", True, False, True),
        ("mother", False, True, False),
        ("father", True, True, False),
        ("guardian", False, True, False),
        ("guardian", True, True, True),
        ("partner", False, False, False),
        ("partner", True, True, True),
        ("carer", False, False, False),
        ("sibling", True, True, True),
    ],
)
def test_who_is_written_to_about_a_child_and_about_a_grown_up(relation, authority, of_a_child, of_an_adult):
    person = reach(1, relation, authority=authority)
    found = [isinstance(addressee([person], child=child, channels=BOTH), Addressee) for child in (True, False)]
    assert found == [of_a_child, of_an_adult]


def test_first_by_order_is_written_to_by_the_first_way_that_is_open():
    mother, father = reach(1, "mother", order=2, ways=BOTH), reach(2, "father", order=1, ways=("email",))
    assert chosen(mother, father, child=True) == (2, "email")


def test_who_cannot_be_written_to_is_passed_over():
    mother, father = reach(1, "mother", order=1, ways=()), reach(2, "father", order=2)
    assert chosen(mother, father, child=True) == (2, "sms")


def test_way_that_is_not_set_up_is_not_taken():
    assert chosen(reach(1, ways=BOTH), channels=("email",)) == (1, "email")


@pytest.mark.parametrize("needs", [{"interpreter": True}, {"language": "other"}])
def test_who_would_not_understand_a_message_is_called(needs):
    assert chosen(reach(1, **needs)) == (1, "call")


def test_without_a_number_nobody_can_be_called():
    assert chosen(reach(1, interpreter=True, phone="", agreed=True)) == Nobody.NO_ADDRESS


@pytest.mark.parametrize(
    ("reaches", "child", "why"),
    [
        ([], False, Nobody.NOBODY),
        ([reach(1, "mother")], False, Nobody.NOBODY),
        ([reach(1)], True, Nobody.NO_GUARDIAN),
        ([reach(1, ways=(), agreed=False)], False, Nobody.NO_CONSENT),
        ([reach(1, ways=(), agreed=True)], False, Nobody.NO_ADDRESS),
    ],
)
def test_nobody_is_written_to_for_a_reason(reaches, child, why):
    assert chosen(*reaches, child=child) == why
