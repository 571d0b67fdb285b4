# One image for web, worker, beat and migrate; docker-compose.yml says which command each runs.
FROM python:3.13-slim-bookworm

# Pango draws the PDFs in Liberation Sans; DejaVu has the scripts that lacks.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-liberation \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 10001 followup
WORKDIR /srv/followup

# What stands above the tests' line of requirements.txt; installed before the code, so that a change of code is quick.
COPY requirements.txt requirements.lock ./
RUN sed '/^# --- The tests/,$d' requirements.txt > /tmp/runtime.txt \
    && pip install --no-cache-dir -r /tmp/runtime.txt -c requirements.lock

COPY . .
# Static files need no secret; var/ is the only folder the product writes into.
RUN python -m iotrex_followup.chart_bundle var/bundle \
    && python manage.py collectstatic --no-input \
    && chown -R followup var

USER followup
ENV PYTHONUNBUFFERED=1 REMAP_SIGTERM=SIGQUIT
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "iotrex_followup.wsgi"]
