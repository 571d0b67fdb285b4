"""The addresses by which FHIR systems know what we write. Those at `.example` are this product's own."""

OWN = "https://iotrex-followup.example/fhir"
PROTOCOL_FILE = f"{OWN}/StructureDefinition/protocol-file"
WINDOW = f"{OWN}/StructureDefinition/window-days"
ACTIVITY = f"{OWN}/CodeSystem/activity"
PROTOCOL_ID = f"{OWN}/NamingSystem/protocol"

# HL7 Vulcan, Clinical Study Schedule of Activities (STU 1, FHIR R4).
ACCEPTABLE_OFFSET_RANGE = "http://hl7.org/fhir/uv/vulcan-schedule/StructureDefinition/AcceptableOffsetRangeSoa"
PLAN_TYPE = "http://terminology.hl7.org/CodeSystem/plan-definition-type"
UCUM = "http://unitsofmeasure.org"
