"""What all API routes share: problems, paging, versions, strict input, the schema. Routes live in their apps."""
