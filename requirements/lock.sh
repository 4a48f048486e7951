#!/bin/sh
# Resolves every set of dependencies. Hashes only: no file here names a package index. What is
# locked stays where it fits; with UPGRADE=--upgrade everything moves to its newest release. The
# stand-in comes from this tree, which no hash can say: what it needs is locked, it itself is not.
set -eu
uv=$1
compile() {
    out=requirements/$1
    shift
    # shellcheck disable=SC2086 # nothing given is no argument
    "$uv" pip compile --quiet ${UPGRADE:-} --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links --no-emit-package github-sandbox \
        --output-file "$out" "$@"
}
compile build.txt requirements/build.in
compile uv.txt requirements/uv.in
# The Action signs nothing, and cryptography has no wheel for Intel Macs and Windows on ARM. PyGithub
# asks for it and loads without it; so this set is installed with --no-deps.
compile action.txt pyproject.toml --no-emit-package cryptography
compile sandbox.txt pyproject.toml requirements/build.in --extra sandbox
compile server.txt pyproject.toml --extra server --extra telemetry
compile dev.txt pyproject.toml requirements/build.in --extra dev
