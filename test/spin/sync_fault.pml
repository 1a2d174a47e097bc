/* R4: a MAP_SYNC write fault has its entry in the index and lets the file system commit; then it makes the page writable.
 * Meanwhile the entry is removed. After: it is not looked whether the entry is still there.
 */
#include "verdict.pml"

bool index_lock = false, entry = false, mapped = false;

proctype store() {
	take(index_lock);
	entry = true;
	drop(index_lock);
	skip;
	take(index_lock);
#ifndef AFTER
	if
	:: !entry -> drop(index_lock); goto out
	:: else
	fi;
#endif
	if
	:: !entry -> broken = true
	:: else
	fi;
	mapped = true;
	drop(index_lock);
out:	skip
}

proctype invalidate() {
	take(index_lock);
	if
	:: entry -> mapped = false; entry = false
	:: else
	fi;
	drop(index_lock)
}

init {
	atomic { run store(); run invalidate() };
	tell()
}
