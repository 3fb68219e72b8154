#!/bin/sh
# Installs Sailplane's node program from the control plane that the machine is to join, then runs it with the same arguments:
#
#   sh sailplane-node.sh join https://plane.example.com --token …
#   sudo sh sailplane-node.sh install https://plane.example.com --token …
#
# With the address alone it only installs the program. As root it installs to /usr/local, otherwise to ~/.local;
# SAILPLANE_PREFIX overrides that. Later, `sailplane node update` brings it to the control plane's version.
set -eu

# Of node.tgz at the same control plane. Filled in by the build.
DIGEST=@DIGEST@
VERSION=@VERSION@

fail() {
  echo "sailplane: $*" >&2
  exit 1
}

# All of it is read before any of it runs: the download may break off.
main() {
  usage='Run: sh sailplane-node.sh join https://ADDRESS --token TOKEN'
  server=
  for word in "$@"; do
    case $word in https://*) server=${word%/} && break ;; esac
  done
  [ -n "$server" ] || fail "the address of the control plane is missing. $usage"
  [ $# -eq 1 ] || case $1 in join | install) ;; *) fail "it joins or installs, and does not know '$1'. $usage" ;; esac
  for tool in curl tar; do
    command -v $tool >/dev/null || fail "needs $tool"
  done
  command -v node >/dev/null || fail 'needs Node.js 20.10 or newer, such as the package nodejs of Debian 13, or https://nodejs.org/en/download'
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 10) ? 0 : 1)' ||
    fail "needs Node.js 20.10 or newer, this is $(node --version)"

  if [ -n "${SAILPLANE_PREFIX:-}" ]; then
    prefix=$SAILPLANE_PREFIX
  elif [ "$(id -u)" = 0 ]; then
    prefix=/usr/local
  else
    prefix=$HOME/.local
  fi
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  # Without -k a control plane with a CA of its own could not be read. The digest is what makes the program trusted.
  curl -fsSk "$server/sailplane/node.tgz" -o "$scratch/node.tgz" || fail "cannot read $server/sailplane/node.tgz"
  read_digest='process.stdout.write(require("crypto").createHash("sha256").update(require("fs").readFileSync(process.argv[1])).digest("hex"))'
  [ "$(node -e "$read_digest" "$scratch/node.tgz")" = "$DIGEST" ] ||
    fail "the program at $server does not match this script: fetch the script again"

  mkdir -p "$prefix/lib/sailplane" "$prefix/bin"
  # A running node keeps the files that it has open, and those that it has yet to load keep their names.
  tar -xzof "$scratch/node.tgz" -C "$prefix/lib/sailplane"
  ln -sf ../lib/sailplane/cli/sailplane.mjs "$prefix/bin/sailplane"
  rm -rf "$scratch"
  echo "sailplane $VERSION is $prefix/bin/sailplane" >&2
  if [ $# -gt 1 ]; then
    exec "$prefix/bin/sailplane" "$@"
  elif [ -e /etc/systemd/system/sailplane-node.service ]; then
    echo 'systemctl restart sailplane-node starts this version; pods keep running.' >&2
  fi
}

main "$@"
