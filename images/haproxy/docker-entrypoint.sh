#!/bin/sh
# As upstream's: options alone are haproxy's, which runs as a master in the foreground that reloads at SIGUSR2.
set -e
case $1 in -*) set -- haproxy "$@" ;; esac
if [ "$1" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"
