#!/bin/sh
# Keeps a control plane running in place of `sailplane up --no-agent` (docs/decisions/0008): a shell takes 2 MB, Node.js 45.
# Node.js is started only for what a shell cannot do: to report when the control plane is ready (announcer.ts), and to make
# the calls that workerd cannot (pinned-caller.ts). Plain POSIX: dash, bash and BusyBox run it.
set -u
umask 077
directory=$1    # the data directory, which this process has locked
workerd=$2      # the path of workerd
node=$3         # the path of Node.js
programs=$4     # the directory of announcer.js and pinned-caller.js
started_at=$5   # when this process started, in the lock's format
warning=$6      # the prefix of warnings
stopped=$7      # the prefix of the last line
shown=$8        # the data directory, as shown to users
announcement=$9 # the announcer's argument

log=$directory/control-plane.log
log_bytes=10000000 # once it is longer it becomes control-plane.log.1, as in open-log.ts
output=$directory/control-plane.out
readiness=$directory/readiness.sock
calls=$directory/pinned-calls.sock
outcome=$directory/outcome # the outcome of a start: "ready", or why it failed

asked=     # the signal that asked for the end
was_ready= # whether it has been ready once
child=     # the process to wait for

# A signal may come at any moment, even between a check and a wait: it ends the child, and so the wait.
ask_to_end() {
  asked=$1
  trap '' INT TERM HUP
  [ -z "$child" ] || end_child
}

# A workerd that was asked to end waits for its last watch, possibly for ever.
end_child() {
  kill -TERM "$child"
  { sleep 0.3 || sleep 1; kill -KILL "$child"; } &
  executioner=$!
} >/dev/null 2>&1

# Sets $status to the process's exit status. A trap ends a wait, but not the process; shells print messages about killed ones.
wait_for() {
  child=$1
  [ -z "$asked" ] || end_child
  while
    wait "$child"
    status=$?
    kill -0 "$child"
  do :; done
  child=
  [ -z "$asked" ] || kill "$executioner"
} 2>/dev/null

# One run of workerd, to its end.
run() {
  rm -f "$readiness" "$calls" "$output" "$outcome"
  mkfifo "$output"
  said_before=$(wc -c <"$log")
  follow <"$output" >>"$log" 2>&1 &
  "$workerd" serve --binary "$directory/workerd.bin" </dev/null >"$output" 2>>"$log" &
  running=$!
  printf '{"pid":%s,"startedAt":%s,"child":%s}' "$$" "$started_at" "$running" >"$directory/lock.new" &&
    mv "$directory/lock.new" "$directory/lock"
  "$node" "$programs/announcer.js" "$announcement" "$running" "$was_ready" </dev/null &
  announcer=$!
  wait_for "$running"
  became=
  if [ -e "$outcome" ]; then became=$(cat "$outcome"); else kill "$announcer" 2>/dev/null; fi
  [ "$became" != ready ] || was_ready=yes
}

# Writes the Worker's output to the log, and starts pinned-caller.js when the Worker asks for it.
follow() {
  written=$(wc -c <"$log")
  while IFS= read -r line; do
    # Copied, not moved: workerd has the file open, too.
    if [ "$written" -gt "$log_bytes" ]; then
      cp "$log" "$log.1"
      : >"$log"
      written=0
    fi
    case $line in
    'sailplane: nothing makes pinned calls')
      jobs >/dev/null # reaps those that have ended
      "$node" "$programs/pinned-caller.js" "$calls" </dev/null &
      ;;
    *)
      printf '%s\n' "$line"
      written=$((written + ${#line} + 1))
      ;;
    esac
  done
}

# One line with the last message of workerd, skipping stacks and warnings.
how_it_ended() {
  if [ "${became:-ready}" != ready ]; then
    printf %s "$became"
    return
  fi
  [ "$said_before" -le "$(wc -c <"$log")" ] || said_before=0
  words=$(tail -c "+$((said_before + 1))" "$log" | grep -v -e '^[[:space:]]' -e '^$' -e '^stack:' -e ': warning:' | tail -n 1)
  if [ "$status" -gt 128 ]; then how="was ended by SIG$(kill -l "$status")"; else how="ended with code $status"; fi
  printf 'workerd %s%s' "$how" "${words:+: $words}"
}

trap 'ask_to_end INT' INT
trap 'ask_to_end TERM' TERM
trap 'ask_to_end HUP' HUP
: >>"$log"

pause=0.05
while
  began=$(date +%s)
  run
  [ -z "$asked" ]
do
  if [ -z "$was_ready" ]; then
    printf 'sailplane: the control plane did not start: %s; see %s\n' "$(how_it_ended)" "$log" >&2
    rm -f "$directory/lock"
    exit 1
  fi
  [ $(($(date +%s) - began)) -le 30 ] || pause=0.05
  printf '%s%s; starting again in %s s\n' "$warning" "$(how_it_ended)" "$pause"
  sleep "$pause" &
  wait_for $!
  [ -z "$asked" ] || break
  case $pause in 0.05) pause=0.1 ;; 0.1) pause=0.2 ;; 0.2) pause=0.5 ;; *) pause=1 ;; esac
done
rm -f "$directory/lock"
printf '\n%son SIG%s; the state stays in %s\n' "$stopped" "$asked" "$shown"
