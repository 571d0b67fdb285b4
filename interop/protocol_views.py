"""Protocols from and to other systems: a protocol file or a FHIR PlanDefinition."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from interop.fhir.plan_definition import plan_definition
from interop.fhir.plan_definition_reading import Read, parsed, read_plan_definition, renamed
from iotrex_followup.refusals import attempt
from schedules.actions import draft_protocol
from schedules.models import Protocol
from schedules.protocol import ProtocolError, read_protocol

LARGEST = 1_000_000  # bytes; a protocol has a few thousand


class ImportProtocolForm(forms.Form):
    """A file, or its text."""

    file = forms.FileField(required=False, help_text="A protocol file (TOML) or a FHIR R4 PlanDefinition (JSON).")
    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 12}), label="or its text")
    slug = forms.SlugField(required=False, max_length=50, label="Short name", help_text="Empty: as the file says.")
    version = forms.CharField(required=False, max_length=20, help_text="Empty: as the file says.")

    def clean_file(self) -> str:
        """Return the file's text."""
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > LARGEST:
            raise forms.ValidationError("The file is larger than 1 MB, which no protocol is.")
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError("The file is not text in UTF-8.") from error

    def clean(self) -> dict[str, object]:
        """Read the file, so that each mistake in it is told by itself."""
        entered: dict[str, object] = super().clean() or {}
        text = str(entered.get("file") or entered.get("text") or "").strip()
        if not text and not self.errors:
            raise forms.ValidationError("Choose a file, or paste its text.")
        if text.startswith("<"):
            self.add_error(None, "This is XML. Give a PlanDefinition as JSON, or a protocol file (TOML).")
        elif text:
            entered["read"] = self._read(text)
        return entered

    def _read(self, text: str) -> Read | None:
        name = {field: self.cleaned_data.get(field) or "" for field in ("slug", "version")}
        try:
            if text.startswith("{"):
                return read_plan_definition(parsed(text), **name)
            protocol = read_protocol(text, source="")
        except ProtocolError as error:
            for mistake in error.mistakes:
                self.add_error(None, f"{mistake}.")
            return None
        return Read(renamed(protocol, **name) if any(name.values()) else text + "\n", ())


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def import_protocol(request: ClinicRequest) -> HttpResponse:
    """Store a protocol file or a PlanDefinition as a draft of this clinic."""
    form = ImportProtocolForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        read: Read = form.cleaned_data["read"]
        drafted = attempt(form, lambda: draft_protocol(text=read.text, clinic=request.clinic, by=request.user))
        if drafted:
            messages.success(request, f"{drafted.reference} is a draft now. Nothing follows it until it is published.")
            for note in read.notes:
                messages.info(request, note)
            return redirect("schedules:edit_protocol", drafted.pk)
    return render(request, "interop/import_protocol.html", {"form": form}, status=422 if form.is_bound else 200)


@require_GET
@requires(May.VIEW)
def protocol_plan_definition(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Return a version as a FHIR R4 PlanDefinition."""
    found = get_object_or_404(Protocol.objects.of(request.clinic), pk=pk)
    name = f"{found.slug}-{found.version}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    resource = plan_definition(found.definition, status=found.status)
    return JsonResponse(resource, content_type="application/fhir+json", headers=headers)
