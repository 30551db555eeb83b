#!/usr/bin/env bash
# A worker that will not go: it ignores every polite signal and leaves a process behind
# that has a session and a parent of its own, which no signal to a group can reach.
set -euo pipefail
trap '' TERM INT HUP

endless='while :; do sleep 1; done'
setsid --fork sh -c "trap '' TERM INT HUP; $endless"
echo "dug in, with one process outside my session"
eval "$endless"
