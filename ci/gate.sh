#!/usr/bin/env bash
# A gate in CI: build both sides, measure, draw the page. action.yml and ci/gitlab.yml run it in the project's checkout.
#
# Inputs are variables: GATE_BASE and GATE_HEAD (a spec a line), GATE_WORKLOAD, GATE_TASK_ARGS, GATE_WORKLOAD_PATH,
# GATE_BUDGET, GATE_LIMITS, GATE_ACCEPTED, GATE_SELECT (as -k), GATE_INCONCLUSIVE. Empty ones are the gate's defaults; without
# GATE_BASE and GATE_HEAD, this checkout is gated against the commit at which it branched off its target.
# Results are in GATE_OUT (default: gate-result). The exit code is the gate's: 0, 1, 2 or 3.
set -euo pipefail

suite=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "${GATE_OUT:-gate-result}"
out=$(cd "${GATE_OUT:-gate-result}" && pwd)
record=$out/record
page=$out/gate.html
sides=()
options=()

fail() {
  echo "error: $1" >&2
  finish ERROR 2
}

# Tell the CI system the verdict and where the files are, and end.
finish() {
  if [ -n "${GITHUB_OUTPUT:-}" ]; then
    printf '%s\n' "verdict=$1" "record=$record" "page=$page" >> "$GITHUB_OUTPUT"
  fi
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$out/gate.md" ]; then
    cat "$out/gate.md" >> "$GITHUB_STEP_SUMMARY"
  fi
  echo "verdict: $1"
  exit "$2"
}

# tox runs its commands in the suite, so that a path of the project has to be absolute.
absolute() {
  if [ -e "$1" ]; then realpath -- "$1"; else printf '%s\n' "$1"; fi
}

# Add an option for each line of a value.
add_side() {
  local line
  while IFS= read -r line; do
    if [ -n "$line" ]; then sides+=("$1" "$(absolute "$line")"); fi
  done <<< "$2"
}

add() {
  if [ -n "$2" ]; then options+=("$1=$2"); fi
}

# Base and head of a pull request of this checkout.
add_pull_request() {
  local target=${GITHUB_BASE_REF:-${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-}} base
  if [ -z "$target" ]; then fail "no pull request: set base and head"; fi
  if ! base=$(git merge-base HEAD "origin/$target"); then
    fail "no merge base with origin/$target: check the project out with its whole history (fetch-depth: 0)"
  fi
  sides+=(--base "git+file://$(git rev-parse --show-toplevel)@$base" --head "$PWD")
}

add_side --base "${GATE_BASE:-}"
add_side --head "${GATE_HEAD:-}"
# In the suite's own checkout, the gate itself has the defaults.
if [ ${#sides[@]} -eq 0 ] && [ "$PWD" != "$suite" ]; then add_pull_request; fi
add --workload "${GATE_WORKLOAD:-}"
add --task-args "$(absolute "${GATE_TASK_ARGS:-}")"
add --workload-path "$(absolute "${GATE_WORKLOAD_PATH:-}")"
add --budget "${GATE_BUDGET:-}"
add --limits "$(absolute "${GATE_LIMITS:-}")"
add --accepted "$(absolute "${GATE_ACCEPTED:-}")"
add --inconclusive "${GATE_INCONCLUSIVE:-}"
if [ -n "${GATE_SELECT:-}" ]; then options+=(-k "$GATE_SELECT"); fi

gate() {
  tox run --root "$suite" -c "$suite/tox.ini" -e gate -- "${sides[@]}" "${options[@]}" --record "$record" "$@"
}

# By itself, because tox exits with 1 if it fails to install, as a gate does if head is slower.
gate --build-only || fail "a side can't be built, or an input is invalid"
code=0
gate --markdown "$out/gate.md" --junit "$out/gate.xml" --json "$out/gate.json" || code=$?
if [ -f "$record/gate.json" ]; then
  tox run --root "$suite" -c "$suite/tox.ini" -e report -- "$record" -o "$page" || echo "the page could not be drawn" >&2
fi
case $code in
  0) finish PASS 0 ;;
  1) finish FAIL 1 ;;
  3) finish INCONCLUSIVE 3 ;;
  *) fail "the gate ended with exit code $code" ;;
esac
