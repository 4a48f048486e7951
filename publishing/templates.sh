#!/bin/sh
# Publishes each folder of build/templates as a template repository of the account OWNER, by `gh`.
# A new repository is a template before its first push: so nothing begins in it.
set -eu
for folder in build/templates/*/; do
  name=$(basename "$folder")
  repository="$OWNER/$name"
  if ! gh api "repos/$repository" > /dev/null 2>&1; then
    gh repo create "$repository" --public --description "A learning path: use this template" > /dev/null
  fi
  gh api --method PATCH "repos/$repository" -F is_template=true > /dev/null
  work="build/published/$name"
  rm -rf "$work"
  git -c init.defaultBranch=main clone --quiet "${SERVER:-https://github.com}/$repository" "$work"
  find "$work" -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +
  cp -R "$folder." "$work"
  git -C "$work" add --all
  if git -C "$work" diff --cached --quiet; then
    echo "$repository is the same."
    continue
  fi
  git -C "$work" -c user.name="github-actions[bot]" \
    -c user.email="41898282+github-actions[bot]@users.noreply.github.com" \
    commit --quiet --message "Publish the template of $TAG"
  git -C "$work" push --quiet origin HEAD:main
  echo "$repository is published."
done
