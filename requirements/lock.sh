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
# Who writes with a token signs nothing, and cryptography has no wheel for Intel Macs and Windows on
# ARM. PyGithub asks for it and loads without it; so these sets are installed with --no-deps.
compile command.txt pyproject.toml --no-emit-package cryptography
# The Action has no command line and asks for one thing at a time; for what its libraries import and
# it never calls, see bot/absent_packages.py. GitHub's cache brings all this before every run.
less=
for package in cryptography pynacl cffi pycparser wcwidth pygments anyio \
    typer annotated-doc shellingham tzlocal; do
    less="$less --no-emit-package $package"
done
# shellcheck disable=SC2086 # a list of words
compile action.txt pyproject.toml $less
compile sandbox.txt pyproject.toml requirements/build.in --extra sandbox
compile server.txt pyproject.toml --extra server --extra telemetry
compile dev.txt pyproject.toml requirements/build.in --extra dev
