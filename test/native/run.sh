#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the reference kernel with gcc in both eras and runs scenarios natively.
#   run.sh build            both eras, -Wall -Wextra -Werror
#   run.sh ERA ARGS...      builds ERA (612 or 615), then runs it: "run.sh 615 list", "run.sh 615 SCENARIO order=9"
#   run.sh all              both eras, every scenario with every combination of its parameters; prints one line for each
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
ref=$root/emulator/reference
flags="-std=gnu11 -g -O1 -fno-strict-aliasing -fno-builtin -fno-omit-frame-pointer -Wall -Wextra -Werror
 -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -Wno-unused-function -Wno-unused-const-variable
 -DFSC_NATIVE -DPAGE_OFFSET=0x100000000000UL -DVMEMMAP_START=0x200000000000UL -I$ref/include -I$ref/mm"

build() {
	era=$1 out=$root/.cache/native/$1
	mkdir -p "$out"
	newest=first
	[ ! -f "$out/stamp" ] || newest=$(find "$ref" -name '*.h' -newer "$out/stamp" | head -1)
	[ -z "$newest" ] || rm -f "$out"/*.o
	touch "$out/begun"
	for f in $(cd "$ref" && find . -name '*.c' | sort) ; do
		o=$out/$(echo "$f" | tr / _ | sed 's/^\._//').o
		[ "$o" -nt "$ref/$f" ] || echo "$ref/$f $o"
	done > "$out/todo"
	for f in natives inspect; do
		o=$out/$f.o
		[ "$o" -nt "$root/test/native/$f.c" ] || echo "$root/test/native/$f.c $o" >> "$out/todo"
	done
	# shellcheck disable=SC2086
	xargs -r -P2 -L1 sh -c 'gcc '"$(echo $flags | tr '\n' ' ')"' -DFSC_ERA='"$era"' -c "$0" -o "$1"' < "$out/todo"
	touch -r "$out/begun" "$out/stamp"
	gcc -g -rdynamic -no-pie "$out"/*.o -o "$out/native"
}

case ${1:-build} in
build) build 612; build 615 ;;
all)
	for era in 612 615; do
		build $era
		"$root/.cache/native/$era/native" list | python3 -c '
import itertools, subprocess, sys
bad = 0
for row in sys.stdin:
    name, params, _ = row.rstrip("\n").split("\t", 2)
    keys = [p.split("=") for p in params.split()]
    for values in itertools.product(*[v.split(",") for _, v in keys]):
        args = [f"{k}={v}" for (k, _), v in zip(keys, values)]
        try:
            r = subprocess.run([sys.argv[1], name, "quiet=1", *args], capture_output=True, text=True, timeout=60)
            code, lines = r.returncode, r.stdout.splitlines()
        except subprocess.TimeoutExpired:
            code, lines = "timeout", []
        ends = [l for l in lines if l.startswith(("end:", "stuck:")) or "] bug:" in l or "fault: signal" in l or "unmodelled:" in l or "misuse:" in l]
        bad += code != 0
        print(sys.argv[2], name, *args, "->", code, "; ".join(ends))
print(sys.argv[2], "failed:", bad)
' "$root/.cache/native/$era/native" $era
	done ;;
*) era=$1; shift; build "$era"; exec "$root/.cache/native/$era/native" "$@" ;;
esac
