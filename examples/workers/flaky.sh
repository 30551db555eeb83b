#!/usr/bin/env bash
# A worker that dies in the middle of its job, once. It writes down each step when it is
# done, so that the process that replaces it goes on where this one was cut off.
set -euo pipefail

cat >/dev/null
progress=progress.$TROUPE_RUN_ID
done_before=$(cat "$progress" 2>/dev/null || echo 0)
for ((step = done_before + 1; step <= 4; step++)); do
  sleep 0.3
  echo "step $step of 4"
  echo "$step" >"$progress"
  if ((step == 2 && done_before == 0)); then
    kill -KILL $$
  fi
done
echo "{\"type\":\"run_completed\",\"final_response\":\"4 steps done, $((4 - done_before)) of them by this process\"}"
