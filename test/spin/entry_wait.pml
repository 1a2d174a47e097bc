/* Two faults on one DAX entry: who finds it locked puts itself on the queue and sleeps, who unlocks it wakes one.
 * After: nobody is woken.
 */
#include "verdict.pml"

bool index_lock = false, locked = false;
bool queued[2], woken[2];

proctype fault(byte me) {
again:	take(index_lock);
	if
	:: locked ->
		queued[me] = true;
		drop(index_lock);
		woken[me];
		atomic { queued[me] = false; woken[me] = false };
		goto again
	:: else
	fi;
	locked = true;
	drop(index_lock);
	skip;
	take(index_lock);
	locked = false;
	drop(index_lock);
#ifndef AFTER
	if
	:: queued[1 - me] -> woken[1 - me] = true
	:: else
	fi
#endif
}

init {
	atomic { run fault(0); run fault(1) };
	tell()
}
