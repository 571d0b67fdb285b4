"""HL7 FHIR R4: what the product's values are called there. Pure: JSON values in, JSON values out."""
