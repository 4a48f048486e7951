# Milepost in a container: as a command (the default), and as a server (--target server). Images that
# build are thrown away; what is left is Python, the locked packages and Milepost, compiled, owned by
# root and only read. Both run as nobody special, also with --read-only. For the command, mount a
# volume at /cache to keep what GitHub answered between runs; for the server, one at /data.
FROM python:3.14-slim-trixie@sha256:e11c17f46f87983eb946b121694dedba6290ee2b0dd5294d137d82943502d179 AS tools
WORKDIR /src
RUN python -m venv /opt/build && python -m venv --without-pip /opt/milepost
COPY requirements/uv.txt requirements/build.txt requirements/
RUN /opt/build/bin/python -m pip install --no-cache-dir --require-hashes \
      -r requirements/uv.txt -r requirements/build.txt

FROM tools AS wheel
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY templates templates
COPY bot bot
RUN /opt/build/bin/python -m hatchling build -t wheel -d /dist

FROM tools AS build-server
COPY requirements/server.txt requirements/
RUN /opt/build/bin/uv pip install --no-cache --python /opt/milepost/bin/python --no-build \
      --require-hashes --compile-bytecode -r requirements/server.txt
COPY --from=wheel /dist /dist
RUN /opt/build/bin/uv pip install --no-cache --python /opt/milepost/bin/python --no-deps \
      --compile-bytecode /dist/*.whl

FROM python:3.14-slim-trixie@sha256:e11c17f46f87983eb946b121694dedba6290ee2b0dd5294d137d82943502d179 AS server
LABEL org.opencontainers.image.title="Milepost server" \
      org.opencontainers.image.description="Runs learning paths of many GitHub repositories, as a GitHub App." \
      org.opencontainers.image.url="https://OWNER.github.io/milepost/latest/" \
      org.opencontainers.image.source="https://github.com/OWNER/milepost" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build-server /opt/milepost /opt/milepost
RUN useradd --system --uid 10001 --user-group --home-dir /nonexistent milepost \
 && install --directory --mode 0700 --owner milepost --group milepost /data
ENV PATH=/opt/milepost/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MILEPOST_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=30s CMD ["python", "-c", \
  "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["milepost"]
CMD ["serve", "--host", "0.0.0.0"]

FROM tools AS build-command
COPY requirements/command.txt requirements/
RUN /opt/build/bin/uv pip install --no-cache --python /opt/milepost/bin/python --no-build \
      --no-deps --require-hashes --compile-bytecode -r requirements/command.txt
COPY --from=wheel /dist /dist
RUN /opt/build/bin/uv pip install --no-cache --python /opt/milepost/bin/python --no-deps \
      --compile-bytecode /dist/*.whl \
 && /opt/milepost/bin/python -m bot.action.compile_templates

FROM python:3.14-slim-trixie@sha256:e11c17f46f87983eb946b121694dedba6290ee2b0dd5294d137d82943502d179
LABEL org.opencontainers.image.title="Milepost" \
      org.opencontainers.image.description="Turns a learning guide into a living plan inside the learner's own GitHub repository." \
      org.opencontainers.image.url="https://OWNER.github.io/milepost/latest/" \
      org.opencontainers.image.source="https://github.com/OWNER/milepost" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build-command /opt/milepost /opt/milepost
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
