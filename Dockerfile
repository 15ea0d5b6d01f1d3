# One image for all services: the command says which one runs.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends tesseract-ocr \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/buildplan buildplan

WORKDIR /opt/buildplan
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY protos/gen protos/gen
COPY services services
COPY cli cli
COPY gateway gateway
RUN pip install --no-cache-dir --no-deps .

# Not the sources' folder: Python would import those, and compile them at each start, instead of what is installed.
WORKDIR /var/lib/buildplan
USER buildplan
ENV BUILDPLAN_HOST=0.0.0.0 \
    BUILDPLAN_DATA=/var/lib/buildplan
EXPOSE 50051
CMD ["python", "-m", "services.coordinator"]
