"""Who works in a clinic now, who stands in for whom, and who is on its ladder."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias
from uuid import UUID

from accounts.models import Cover, LadderStep, Membership, Role
from labs.rules.ladder import Whom

Roles: TypeAlias = Mapping[UUID, str]  # of the people who work in a clinic


class Reached(NamedTuple):
    """Who is told by every way; `away` are those they stand in for, who find it in the inbox when they are back."""

    staff: tuple[UUID, ...]
    away: tuple[UUID, ...] = ()


class Duty(NamedTuple):
    """The people of one clinic on one day; `ladder` has only those who can answer any alert."""

    roles: Roles
    covers: Mapping[UUID, UUID]
    ladder: Mapping[LadderStep.Step, Sequence[UUID]]

    @property
    def clinicians(self) -> list[UUID]:
        return [person for person, role in self.roles.items() if role == Role.CLINICIAN]

    def of_ladder(self, whom: Whom) -> list[UUID]:
        """Return who stands on a step; where nobody does, the covering give way to the leads, these to everybody."""
        covering, leads = (list(self.ladder.get(step, ())) for step in (LadderStep.Step.COVERING, LadderStep.Step.LEAD))
        everybody = self.clinicians or list(self.roles)
        if whom == Whom.COVERING:
            return covering or leads or everybody
        if whom == Whom.LEAD:
            return leads or everybody
        return [*covering, *leads] or everybody

    def reached(self, people: Iterable[UUID]) -> Reached:
        """Return who is told in the place of `people`: whoever stands in for those who are away.

        Where that ends with nobody (whoever stands in has left, or two stand in for each other), the person
        themselves is told, and the covering clinicians beside them.
        """
        told: list[UUID] = []
        away = []
        for person in people:
            instead = self.stand_in(person)
            if instead is None:
                told += [person, *(self.stand_in(each) or each for each in self.of_ladder(Whom.COVERING))]
                continue
            told.append(instead)
            if instead != person:
                away.append(person)
        found = tuple(dict.fromkeys(told))
        return Reached(found, tuple(person for person in dict.fromkeys(away) if person not in found))

    def stand_in(self, person: UUID) -> UUID | None:
        """Return who is there for `person`, followed from one to the next; None when that is nobody."""
        passed = set()
        while person in self.covers:
            passed.add(person)
            person = self.covers[person]
            if person in passed or person not in self.roles:
                return None
        return person


def duties(days: Mapping[UUID, date]) -> dict[UUID, Duty]:
    """Return who is there in each clinic on its day: three queries for any number of clinics."""
    roles, covers, ladders = roles_by_clinic(days), covers_on(days), ladders_of(days)
    able = {clinic: {person for person, role in roles[clinic].items() if role == Role.CLINICIAN} for clinic in days}
    return {
        clinic: Duty(
            roles[clinic],
            covers[clinic],
            {step: [each for each in people if each in able[clinic]] for step, people in ladders[clinic].items()},
        )
        for clinic in days
    }


def roles_by_clinic(clinics: Iterable[UUID]) -> dict[UUID, dict[UUID, str]]:
    """Return the roles of the people who work in each clinic now."""
    roles: dict[UUID, dict[UUID, str]] = {clinic: {} for clinic in clinics}
    members = Membership.objects.filter(clinic__in=roles, is_active=True, staff__is_active=True).order_by("staff")
    for clinic, staff, role in members.values_list("clinic", "staff", "role"):
        roles[clinic][staff] = role
    return roles


def covers_on(days: Mapping[UUID, date]) -> dict[UUID, dict[UUID, UUID]]:
    """Return who stands in for whom in each clinic on its day."""
    covers: dict[UUID, dict[UUID, UUID]] = {clinic: {} for clinic in days}
    if days:
        standing = Cover.objects.filter(clinic__in=days, withdrawn=False)
        running = standing.filter(starts_on__lte=max(days.values()), ends_on__gte=min(days.values()))
        for each in running:
            if each.starts_on <= days[each.clinic_id] <= each.ends_on:
                covers[each.clinic_id][each.staff_id] = each.substitute_id
    return covers


def ladders_of(clinics: Iterable[UUID]) -> dict[UUID, dict[LadderStep.Step, list[UUID]]]:
    """Return who stands on each step of each clinic's ladder, in order, whether or not they still work there."""
    ladders: dict[UUID, dict[LadderStep.Step, list[UUID]]] = {clinic: {} for clinic in clinics}
    for each in LadderStep.objects.filter(clinic__in=ladders):
        ladders[each.clinic_id].setdefault(LadderStep.Step(each.step), []).append(each.staff_id)
    return ladders
