"""What a kind of study is: how it is taken, with which tracer, what it fulfils of a plan, and whether it is scored."""

from collections.abc import Mapping
from dataclasses import dataclass

from imaging.response.comparable import Modality, Tracer


@dataclass(frozen=True, slots=True)
class StudyKind:
    """A kind of study; `fulfils` is the planned activity it stands for, blank: none that is ever planned.

    `sliced`: the thickness of slices matters. `measured`: lesions are measured on it.
    """

    label: str
    modality: Modality
    tracer: Tracer
    fulfils: str = ""
    scored: bool = False
    sliced: bool = False
    measured: bool = False
    post_therapy: bool = False

    @property
    def injected(self) -> bool:
        """Whether a tracer is given, on a day of its own where the images are of another."""
        return self.tracer is not Tracer.NONE


KINDS: Mapping[str, StudyKind] = {
    "mibg_planar": StudyKind("I-123 MIBG scan, planar", Modality.PLANAR, Tracer.I123_MIBG, "mibg_scan", scored=True),
    "mibg_spect_ct": StudyKind(
        "I-123 MIBG scan with SPECT/CT", Modality.SPECT_CT, Tracer.I123_MIBG, "mibg_scan", scored=True
    ),
    "mibg_i131": StudyKind("I-131 MIBG diagnostic scan", Modality.PLANAR, Tracer.I131_MIBG, "mibg_scan", scored=True),
    "post_therapy": StudyKind(
        "I-131 MIBG scan after therapy", Modality.PLANAR, Tracer.I131_MIBG, scored=True, post_therapy=True
    ),
    "mfbg_pet": StudyKind("F-18 MFBG-PET/CT", Modality.PET_CT, Tracer.MFBG, scored=True),
    "ct": StudyKind("CT", Modality.CT, Tracer.NONE, "anatomical_imaging", sliced=True, measured=True),
    "mri": StudyKind("MRI", Modality.MRI, Tracer.NONE, "anatomical_imaging", sliced=True, measured=True),
    "fdg_pet": StudyKind("FDG-PET/CT", Modality.PET_CT, Tracer.FDG, "fdg_pet"),
    "sstr_pet": StudyKind("Somatostatin-receptor PET/CT", Modality.PET_CT, Tracer.SOMATOSTATIN, "sstr_pet"),
    "ultrasound": StudyKind("Ultrasound", Modality.OTHER, Tracer.NONE),
    "other": StudyKind("Other imaging", Modality.OTHER, Tracer.OTHER),
}
