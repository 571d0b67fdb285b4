"""The clinic's viewer: its address is checked when it is set, over page and API alike."""

import pytest

from imaging.actions.scoring_policy import set_scoring
from imaging.models import ImagingPolicy
from iotrex_followup.errors import InputRefused

pytestmark = pytest.mark.django_db
ASKED = {"scheme": "Curie", "two_readers": False, "cut_offs_hidden": []}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://pacs.example/?uid={study_uid}",
        "http://pacs.local/{accession}/x",
        "https://x/{accession}/{study_uid}",
    ],
)
def test_address_of_the_web_that_names_the_study_is_kept(member, address):
    assert set_scoring(clinic=member.clinic, by=member.staff, viewer_url=address, **ASKED).viewer_url == address


@pytest.mark.parametrize(
    "address",
    [
        "https://pacs.example/",
        "javascript:alert({study_uid})",
        "pacs.example/{study_uid}",
        "https://x/{mrn}/{study_uid}",
    ],
)
def test_other_address_is_refused(member, address):
    with pytest.raises(InputRefused) as refused:
        set_scoring(clinic=member.clinic, by=member.staff, viewer_url=address, **ASKED)

    assert refused.value.field == "viewer_url"
    assert not ImagingPolicy.objects.exists()


def test_page_sets_the_address(client, member):
    address = "https://pacs.example/?uid={study_uid}"

    client.post("/settings/imaging/scores/change/", {"scheme": "Curie", "cut_offs": [], "viewer_url": address})

    assert ImagingPolicy.objects.get(clinic=member.clinic).viewer_url == address
    assert address in client.get("/settings/imaging/scores/").content.decode().replace("&#x27;", "'")
