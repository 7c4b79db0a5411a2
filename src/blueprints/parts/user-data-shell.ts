/** How the script speaks, fails, installs and writes. The parts only use these words. */
export const PRELUDE = `#!/bin/bash
# Sets up a web server of an ecom-infra stack. It may be run again: the outcome is the same.
set -euo pipefail
umask 022

ROOT="\${ECOM_INFRA_ROOT:-}" # empty on a server; tests set it
LOG="$ROOT/var/log/ecom-infra-setup.log"
STEP='start'
INCOMPLETE=''

say() {
  printf '%s ecom-infra: %s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*"
}

# step <name>: what follows belongs to it, and fails under its name.
step() {
  STEP="$1"
  say "$STEP"
}

ended() {
  local status=$?
  if [ "$status" -ne 0 ]; then
    say "FAILED in step '$STEP' (exit status $status)"
  fi
}

# optional <function>: runs in a shell of its own that ends at its first error, while this one goes on.
# (Not "if <function>": bash ignores set -e inside a condition.)
optional() {
  local status
  set +e
  (
    set -e
    trap ended EXIT
    "$1"
  )
  status=$?
  set -e
  if [ "$status" -ne 0 ]; then
    INCOMPLETE='yes'
  fi
}

# Right after boot the network, or the way through the NAT gateway, may not be there yet.
packages() {
  local delay
  for delay in 5 10 20 40; do
    dnf -y install "$@" && return
    say "dnf could not install $*, trying again in $delay s"
    sleep "$delay"
  done
  dnf -y install "$@"
}

# put <path>: the standard input becomes that file.
put() {
  install -D -m 0644 /dev/stdin "$ROOT$1"
}
`

/** A `put` of the text to the letter: nothing in it is expanded, and no line of it can end it early. */
export function put(path: string, text: string): string {
  let end = 'END'
  while (text.split('\n').includes(end)) end += '_'
  return `put ${quote(path)} <<'${end}'\n${text}\n${end}`
}

/** One word for the shell, whatever is in it. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
