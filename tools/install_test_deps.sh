#!/usr/bin/env bash
# Installs what the tests need beyond npm packages, from Debian's archive: compilers to compare with, csmith, spin, a browser,
# patch tools. Does nothing where everything is there. Without apt-get it says what is missing and goes on: the tests
# that need a tool are skipped by name.
set -u
wanted=()
need() { command -v "$1" >/dev/null 2>&1 || wanted+=("$2"); }
need gcc gcc
need tcc tcc
need csmith csmith
need spin spin
need git git
need b4 b4
need lsdiff patchutils
need patch patch
[ "${FOLIOSCOPE_NO_BROWSER:-}" = 1 ] || need chromium chromium
[ -e /usr/include/csmith ] || ls -d /usr/include/csmith* >/dev/null 2>&1 || wanted+=(libcsmith-dev)
if [ ${#wanted[@]} -eq 0 ]; then echo "test tools: all there"; exit 0; fi
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
  echo "test tools missing (${wanted[*]}) and no apt-get as root: tests that need them are skipped"
  exit 0
fi
echo "test tools: installing ${wanted[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null || {
  echo "test tools: installation failed; tests that need them are skipped"
  exit 0
}
