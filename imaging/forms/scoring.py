"""How a clinic scores its scans, as a form."""

from typing import Any

from django import forms

from imaging.models import ImagingPolicy
from imaging.scoring.schemes import all_cut_offs, line_of


class ScoringForm(forms.Form):
    """The scheme, the number of readers, and the cut-offs that are shown."""

    scheme = forms.ChoiceField(
        label="Score used unless another is chosen", choices=ImagingPolicy.Scheme.choices, widget=forms.RadioSelect
    )
    two_readers = forms.BooleanField(
        required=False,
        label="Two readers",
        help_text="Nobody sees the first reader’s values before the second has read. Where they differ, a third person "
        "adjudicates. Holds for earlier scans too: with one reading, they await the second.",
    )
    cut_offs = forms.MultipleChoiceField(
        required=False, label="Published cut-offs shown beside a score", widget=forms.CheckboxSelectMultiple
    )

    viewer_url = forms.CharField(
        required=False,
        max_length=500,
        label="Where images are seen",
        help_text="Address of a study in the viewer, with {study_uid} or {accession} where its number goes.",
    )

    def __init__(self, *args: Any, policy: ImagingPolicy, **kwargs: Any) -> None:
        known = [(key, f"{scheme.kind}: {line_of(cut_off)}") for key, scheme, cut_off in all_cut_offs()]
        shown = [key for key, _ in known if key not in policy.cut_offs_hidden]
        super().__init__(*args, **kwargs)
        self.initial = {
            "scheme": policy.scheme,
            "two_readers": policy.two_readers,
            "cut_offs": shown,
            "viewer_url": policy.viewer_url,
        }
        cut_offs = self.fields["cut_offs"]
        if isinstance(cut_offs, forms.MultipleChoiceField):
            cut_offs.choices = known

    @property
    def cut_offs_hidden(self) -> list[str]:
        """The cut-offs that were left unticked."""
        return sorted({key for key, _, _ in all_cut_offs()} - set(self.cleaned_data["cut_offs"]))
