/* R1: a device takes a page by its page table entry without a lock, while the file is truncated and the block freed.
 * After: the entry is not read again once the reference is taken.
 */
#include "verdict.pml"

/* More than one to measure how fast the checker is (test/bench/explore_run.ts). */
#ifndef DEVICES
#define DEVICES 1
#endif

bool mapped = true, owned = true;
byte refs = 0;

proctype device() {
	if
	:: !mapped -> goto out
	:: else
	fi;
	refs++;
#ifndef AFTER
	if
	:: !mapped -> refs--; goto out
	:: else
	fi;
#endif
	if
	:: !owned -> broken = true
	:: else
	fi;
	refs--;
out:	skip
}

proctype truncate() {
	mapped = false;
	refs == 0;
	owned = false
}

init {
	byte n = 0;
	atomic {
		do
		:: n < DEVICES -> run device(); n++
		:: else -> break
		od;
		run truncate()
	};
	tell()
}
