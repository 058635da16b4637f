#!/bin/sh
# Brings a fresh clone to where `node scripts/up.ts` and the tests can run: npm dependencies (with them Node 24), a
# container engine and Compose v2. Says nothing and takes a second when all is there.
#
# On Debian and Ubuntu, as root, it installs what is missing; elsewhere it says what to install and stops.
#
#   sh scripts/setup.sh             to run the stack
#   sh scripts/setup.sh --browser   to test it: on Debian, as root, Chromium as well. Elsewhere tests in a browser are
#                                   skipped where there is none
set -eu

cd "$(dirname "$0")/.."
export DEBIAN_FRONTEND=noninteractive

say() { echo "setup: $*" >&2; }
fail() {
  say "$*"
  exit 1
}

# A command whose output matters only when it fails.
log=.cache/setup.log
logged() {
  mkdir -p .cache
  "$@" >"$log" 2>&1 || {
    tail -n 15 "$log" >&2
    return 1
  }
}
install_packages() {
  say "installing $* from $(distribution)'s packages"
  logged apt-get -q update && logged apt-get -q install -y --no-install-recommends "$@" ||
    fail "the packages could not be installed: see above and $log"
}

distribution() { (. /etc/os-release 2>/dev/null && echo "$ID"); }

# Only on the two distributions whose package names are known, and only as root.
can_install() {
  case $(distribution) in
  debian | ubuntu) [ "$(id -u)" = 0 ] ;;
  *) false ;;
  esac
}

# --- npm dependencies -------------------------------------------------------------------------------------------------

command -v npm >/dev/null || fail "Node 20 or newer with npm is needed (https://nodejs.org), then run this again"

stamp=node_modules/.lock-stamp
lock=$(cksum <package-lock.json)
# Folders of packages that a workspace has for itself: the stamp is in the root's, and outlives them.
for folder in $(sed -n 's/^ *"\(services\/[^"]*\/node_modules\)\/.*/\1/p' package-lock.json | sort -u); do
  [ -d "$folder" ] || rm -f "$stamp"
done
if [ "$(cat "$stamp" 2>/dev/null)" != "$lock" ]; then
  say "npm ci"
  npm ci --no-audit --no-fund --loglevel=error >&2 ||
    fail "npm ci failed: see above. Check that npm reaches its registry (npm ping), then run this again"
  echo "$lock" >"$stamp"
fi
case $(node_modules/.bin/node --version 2>/dev/null) in
v2[4-9].* | v[3-9]?.*) ;;
*) fail "the npm package 'node' did not install its binary: are install scripts turned off (npm config get ignore-scripts)?" ;;
esac

# --- container engine -------------------------------------------------------------------------------------------------

engine_answers() { docker info >/dev/null 2>&1; }

# For so many seconds, or until the process that should become it has ended.
wait_for_engine() {
  seconds=0
  until engine_answers; do
    seconds=$((seconds + 1))
    [ "$seconds" -le "$1" ] || return 1
    [ -z "${2-}" ] || kill -0 "$2" 2>/dev/null || return 1
    sleep 1
  done
}

# Where the engine should run by itself after this; in a container or a small machine nobody looks after services.
start_engine() {
  if [ -d /run/systemd/system ]; then
    systemctl start docker >&2 || true
    wait_for_engine 60 || fail "docker.service does not start: see journalctl -u docker"
    return
  fi
  mkdir -p .cache
  say "starting dockerd, its log is .cache/dockerd.log"
  # In a session of its own, so that it does not end with this terminal.
  setsid dockerd >>.cache/dockerd.log 2>&1 </dev/null &
  dockerd=$!
  wait_for_engine 60 "$dockerd" || {
    tail -n 5 .cache/dockerd.log >&2
    fail "dockerd does not start: see above and .cache/dockerd.log"
  }
}

if ! engine_answers; then
  if command -v docker >/dev/null && [ "$(id -u)" != 0 ] && [ -S /var/run/docker.sock ]; then
    fail "the container engine does not answer to this user: add the user to the group 'docker', or run as root"
  fi
  can_install ||
    fail "no container engine answers (docker info): install Docker 20.10 or newer and start it (https://docs.docker.com/engine/install), then run this again"
  if ! command -v dockerd >/dev/null; then
    install_packages docker.io iptables
    # Newer releases have the client in a package of its own.
    command -v docker >/dev/null || install_packages docker-cli
  fi
  # The package may have started it.
  wait_for_engine 3 || start_engine
fi

# --- Compose v2 -------------------------------------------------------------------------------------------------------

if ! docker compose version >/dev/null 2>&1; then
  case $(distribution) in
  debian)
    # Debian's stable release has only Compose v1. The plugin is one file, and runs on older releases.
    plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins
    work=.cache/compose
    say "installing the Compose plugin from Debian sid's package to $plugins"
    rm -rf "$work"
    logged sh scripts/debian-packages.sh sid "$work" docker-compose ||
      fail "the package could not be downloaded: see above; or install Compose v2 (https://docs.docker.com/compose/install)"
    dpkg-deb -x "$work"/docker-compose_*.deb "$work"
    mkdir -p "$plugins"
    mv "$work/usr/libexec/docker/cli-plugins/docker-compose" "$plugins/"
    rm -rf "$work"
    ;;
  ubuntu)
    can_install || fail "Compose v2 is missing: apt-get install docker-compose-v2, then run this again"
    install_packages docker-compose-v2
    ;;
  *) fail "Compose v2 is missing (docker compose version): https://docs.docker.com/compose/install, then run this again" ;;
  esac
  docker compose version >/dev/null || fail "the Compose plugin does not run: see above"
fi

# --- browser, for tests -----------------------------------------------------------------------------------------------

# Ubuntu's package is a snap, which does not run in containers.
if [ "${1-}" = --browser ] && [ "$(distribution)" = debian ] && can_install && [ -z "${CHROMIUM_PATH-}" ] &&
  ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
  (install_packages chromium) || say "without Chromium: tests in a browser are skipped"
fi
