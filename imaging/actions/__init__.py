"""What changes studies, scores, lesions and assessments: each change is one function."""
