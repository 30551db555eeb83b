#!/bin/sh
# A worker in the shell: each line of its prompt is a command that must succeed. It reads the
# prompt to its end (stdin: text, the default) and tells what it does in JSON lines.

quoted() {
  printf '"%s"' "$(printf %s "$1" | tr '\n\t' '  ' | tr -d '\000-\037' | sed 's/["\\]/\\&/g')"
}

tell() {
  type=$1
  shift
  printf '{"type":"%s"' "$type"
  for member in "$@"; do printf ',%s' "$member"; done
  printf '}\n'
}

n=0
failed=
while IFS= read -r command; do
  [ -n "$command" ] || continue
  n=$((n + 1))
  tell command_started "\"tool_use_id\":\"$n\"" "\"command\":$(quoted "$command")"
  output=$(sh -c "$command" 2>&1 </dev/null)
  code=$?
  tell command_finished "\"tool_use_id\":\"$n\"" "\"command\":$(quoted "$command")" \
    "\"exit_code\":$code" "\"output\":$(quoted "$output")"
  [ "$code" = 0 ] || failed="$failed $command;"
done
if [ -n "$failed" ]; then
  tell run_failed "\"error\":$(quoted "failed:$failed")"
else
  tell run_completed "\"final_response\":\"$n checks passed\""
fi
