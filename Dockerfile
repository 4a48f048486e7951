# Milepost as a command in a container. The image that builds is thrown away; what is left is Python,
# the locked packages and Milepost, compiled, owned by root and only read. It runs as nobody special,
# also with --read-only; mount a volume at /cache to keep what GitHub answered between runs.
FROM python:3.14-slim-trixie AS build
WORKDIR /src
RUN python -m venv /opt/build && python -m venv --without-pip /opt/milepost
COPY requirements/uv.txt requirements/build.txt requirements/action.txt requirements/
RUN /opt/build/bin/python -m pip install --no-cache-dir --require-hashes \
      -r requirements/uv.txt -r requirements/build.txt \
 && /opt/build/bin/uv pip install --no-cache --python /opt/milepost/bin/python --no-build \
      --require-hashes --compile-bytecode -r requirements/action.txt
COPY pyproject.toml README.md LICENSE ./
COPY templates templates
COPY bot bot
RUN /opt/build/bin/python -m hatchling build -t wheel -d /dist \
 && /opt/build/bin/uv pip install --no-cache --python /opt/milepost/bin/python --no-deps \
      --compile-bytecode /dist/*.whl \
 && /opt/milepost/bin/python -m bot.action.warm

FROM python:3.14-slim-trixie
LABEL org.opencontainers.image.title="Milepost" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/milepost /opt/milepost
RUN useradd --system --uid 10001 --user-group --home-dir /nonexistent milepost \
 && install --directory --owner milepost --group milepost /cache /work
ENV PATH=/opt/milepost/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MILEPOST_CACHE_DIR=/cache
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["milepost"]
CMD ["--help"]
