#!/bin/sh
# Downloads Debian packages of any suite into a folder, without installing anything and without touching the
# machine's own package lists: apt runs on a configuration of its own. Needs no root.
#
#   sh scripts/debian-packages.sh <suite> <folder> <package>...
#
# The archive's address comes from the machine's own apt sources, its signature is checked with Debian's keyring.
set -eu

suite=$1
folder=$2
shift 2

root=$(cd "$(dirname "$0")/.." && pwd)
state=$root/.cache/apt/$suite
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fail() {
  echo "debian-packages: $*" >&2
  exit 1
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
  fail "apt-get and dpkg-deb are needed: this works on Debian only"
[ -r "$keyring" ] || fail "$keyring is missing (package debian-archive-keyring): this works on Debian only"

mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$folder"
cat >"$state/apt.conf" <<CONF
Dir::Etc::sourcelist "$state/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "$state/lists";
Dir::Cache "$state/cache";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::Retries "2";
CONF

# Other people's archives can be among the machine's sources: the one that serves the suite, signed by Debian, is it.
updated=
for site in $(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' | sort -u); do
  echo "deb [signed-by=$keyring] $site $suite main" >"$state/sources.list"
  if APT_CONFIG=$state/apt.conf apt-get -q update -o APT::Update::Error-Mode=any; then
    updated=yes
    break
  fi
done
[ -n "$updated" ] || fail "none of this machine's apt sources serves Debian's suite $suite"

cd "$folder"
APT_CONFIG=$state/apt.conf apt-get -q download "$@"
