# Stage 1: the locked dependencies, in a virtual environment of their own.
FROM python:3.11-slim-trixie AS build
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary=:all: \
        -r requirements.lock

# Stage 2: the program, as a user that can write nothing but /data.
FROM python:3.11-slim-trixie
# pg_dump, pg_restore and psql, for backups of a PostgreSQL not newer than these: the one of deploy/compose.postgres.yml.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*
LABEL org.opencontainers.image.title="Chargehand" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 chargehand \
    && useradd --uid 10001 --gid chargehand --no-create-home --home-dir /data --shell /usr/sbin/nologin chargehand \
    && install --directory --owner=chargehand --group=chargehand /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
# 0.0.0.0, since a port of 127.0.0.1 cannot be reached from outside the container.
ENV PATH=/opt/venv/bin:/usr/lib/postgresql/17/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CHARGEHAND_HTTP_HOST=0.0.0.0 \
    CHARGEHAND_HTTP_PORT=8080 \
    DATABASE_URL=sqlite:////data/chargehand.db
USER 10001:10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['CHARGEHAND_HTTP_PORT']}/healthz\", timeout=4)"]
CMD ["python", "app.py", "serve"]
