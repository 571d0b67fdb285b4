"""What a signed time point puts before a clinician beyond the plan: a PET with another tracer, to accept or decline."""

from datetime import date, timedelta

from accounts.models import Staff
from imaging.models import ResponseAssessment
from imaging.response.discordance import Course, Findings, Question, Uptake, questions
from imaging.response.inrc import InrcResponse
from imaging.response.recist import Response
from schedules.actions import lapse, propose, retell
from schedules.models import Plan, Proposal
from schedules.plans.additions import SSTR_INDICATIONS, Addition, timepoint

RULE, VERSION = "pet_after_imaging", "1.0"
# How soon, and within how many days on either side. An editable default, not signed off.
SOON, WINDOW = timedelta(14), 14


def findings_of(assessment: ResponseAssessment) -> Findings:
    """Return what a clinician signed at a time point, as the rules see it."""
    told = assessment.proposal.get("recist") or {}
    certain = [each for each in told.get("new", ()) if each["certain"]]
    return Findings(
        recist=Response(assessment.recist) if assessment.recist else None,
        mibg=Uptake(assessment.mibg) if assessment.mibg in list(Uptake) else None,
        markers=Course(assessment.markers) if assessment.markers else None,
        symptoms=Course(assessment.symptoms) if assessment.symptoms else None,
        back=bool(certain or told.get("reappeared")),
        inrc_progression=(assessment.proposal.get("inrc") or {}).get("response") == InrcResponse.PD,
    )


def questions_of(assessment: ResponseAssessment) -> list[Question]:
    """Return what is to be decided about a time point; nothing of one that is not signed."""
    return questions(findings_of(assessment)) if assessment.is_signed and not assessment.is_baseline else []


def follow_questions(assessment: ResponseAssessment, *, by: Staff | None, today: date) -> None:
    """Offer the PET that a time point asks for, tell it anew, or let it fall away where nobody decided about it."""
    asked = [each for each in questions_of(assessment) if each.asks_for_pet]
    known = Proposal.objects.filter(patient=assessment.patient_id, rule=RULE, about=str(assessment.pk))
    open_one = known.filter(state__in=(Proposal.State.OFFERED, Proposal.State.PROVISIONAL)).first()
    if not asked:
        if open_one:
            lapse(proposal=open_one, reason="The assessment does not ask for it any more.", by=None, today=today)
        return
    addition = addition_for(assessment, asked[0], today=today)
    if open_one:
        retell(proposal=open_one, addition=addition, by=None, today=today)
        return
    plan = Plan.objects.current().filter(patient=assessment.patient_id).select_related("patient__clinic").first()
    if plan and not known.filter(state__in=(Proposal.State.ACCEPTED, Proposal.State.DECLINED)).exists():
        propose(plan=plan, addition=addition, by=None, today=today)


def addition_for(assessment: ResponseAssessment, question: Question, *, today: date) -> Addition:
    """Return the PET that answers the question, around two weeks from today."""
    also = ""
    if assessment.patient.indication in SSTR_INDICATIONS:
        also = " Somatostatin-receptor PET can be offered by hand instead."
    return Addition(
        RULE,
        str(assessment.pk),
        f"{question.sentence}{also}",
        [timepoint(today + SOON, ["fdg_pet"], before=WINDOW, after=WINDOW, kind="imaging")],
        VERSION,
        facts={"assessment": str(assessment.pk), "question": question.rule},
    )
