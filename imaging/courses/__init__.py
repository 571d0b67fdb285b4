"""A patient's course as the pure rules see it: lesions, scores and marrow of every time point, and what follows."""
