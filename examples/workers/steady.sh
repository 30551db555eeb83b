#!/usr/bin/env bash
# A worker that does its job: reads its prompt, works step by step, gives an answer.
set -euo pipefail

prompt=$(cat)
echo "asked to: $prompt"
for step in 1 2 3; do
  sleep 0.5
  echo "step $step of 3"
done
echo '{"type":"run_completed","final_response":"3 steps done"}'
