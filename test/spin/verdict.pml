/* What both sides of a model share. Exploring is done by two questions of the checker: is there an order in which something
 * breaks (ASK_NEVER fails then), and one in which nothing does (ASK_ALWAYS fails then). A task that nobody wakes shows as
 * nothing being able to go on. AFTER is the side of the patch.
 */
bool broken = false;

inline tell() {
	do
	:: _nr_pr == 1 -> break
	:: timeout -> broken = true; break
	od;
#ifdef ASK_NEVER
	assert(!broken)
#endif
#ifdef ASK_ALWAYS
	assert(broken)
#endif
}

inline take(l) { atomic { !l -> l = true } }
inline drop(l) { l = false }
