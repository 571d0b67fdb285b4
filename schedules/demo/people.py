"""Made-up people: given names of many languages with family names that nobody bears."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple


class Names(NamedTuple):
    """Names that go together."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]
    language: str = "en"


NAMES = (
    Names(("Ada", "Maeve", "Rowena"), ("Amos", "Gareth", "Silas"), ("Fernhollow", "Marblewick", "Thornacre")),
    Names(
        ("Inés", "Nuria", "Begoña"),
        ("Íñigo", "Andrés", "Ramón"),
        ("Valdearena", "Montesueño", "Peñaclaral"),
        "es",
    ),
    Names(("Sölvi", "Åse", "Signe"), ("Bjørn", "Jökull", "Søren"), ("Østerlund-Havn", "Bjarkafell", "Ångsjöö")),
    Names(("Jadwiga", "Małgosia", "Věra"), ("Wojtek", "Łukasz", "Jiří"), ("Srebrnołąk", "Kwiatogór", "Stříbrohaj")),
    Names(("Käthe", "Jördis", "Zoé"), ("Jürgen", "Götz", "Loïc"), ("Birkenstöhr", "Veilchenbrück", "Clairebaie")),
    Names(("Ayşe", "Gülşen", "Ilinca"), ("Çağrı", "Doğan", "Ștefan"), ("Gökçetepelik", "Yıldızova", "Lunăfrumos")),
    Names(("Mai Liên", "Ngọc", "Thảo"), ("Đức", "Quân", "Tuấn"), ("Sôngxanh", "Hoatrắng", "Núivàng")),
    Names(("Ελένη", "Δάφνη"), ("Νίκος", "Στέφανος"), ("Θαλασσινιώτη", "Ασημόδεντρος")),
    Names(("Consuelo", "Yolanda"), ("Efraín", "Joaquín"), ("Campoluna", "Ríoalto", "Cañaverde Solís"), "es"),
)
OLDEST_CHILD = 9


@dataclass(frozen=True)
class Person:
    """Who a patient is, before anything is known of the treatment."""

    mrn: str
    given_name: str
    family_name: str
    sex: str
    birth_date: date
    language: str
    guardian: str = ""

    @property
    def phone(self) -> str:
        """A number of the range kept free for fiction."""
        return f"07700 900{int(self.mrn[2:]) % 1000:03}"


def invent_person(chance: Random, *, number: int, child: bool, treated_on: date) -> Person:
    """Return the demo's patient `number`; a child is up to nine years old when treated, others are grown up."""
    names = chance.choice(NAMES)
    sex = chance.choice(("female", "male"))
    family = chance.choice(names.family)
    years = chance.randint(2, OLDEST_CHILD) if child else chance.randint(24, 76)
    return Person(
        mrn=f"HL{number:05}",
        given_name=chance.choice(names.female if sex == "female" else names.male),
        family_name=family,
        sex=sex,
        birth_date=treated_on - timedelta(days=years * 365 + chance.randint(1, 364)),
        language=names.language,
        guardian=f"{chance.choice(names.female)} {family}" if child else "",
    )


def weight_kg(chance: Random, person: Person, on: date) -> int:
    """Return a plausible weight for the person's age on that day."""
    years = (on - person.birth_date).days // 365
    return 2 * years + 8 + chance.randint(0, 4) if years < 16 else chance.randint(49, 96)
