/* Bench: objects that are taken and dropped through function pointers, as the kernel does with pages. */
#include <stdio.h>
#ifndef N
#define N 4000000
#endif
struct ops {
	void (*release)(void *object);
};
struct object {
	unsigned long flags;
	const struct ops *ops;
	int refcount;
	int index;
};
static struct object objects[64];
static int released;
static void release(void *object)
{
	struct object *o = object;
	o->flags |= 1UL << 3;
	released++;
}
static const struct ops ops = { release };
static void get(struct object *o)
{
	o->refcount++;
}
static int put(struct object *o)
{
	if (--o->refcount == 0) {
		o->ops->release(o);
		return 1;
	}
	return 0;
}
int main(void)
{
	int i;
	long sum = 0;
	for (i = 0; i < 64; i++) {
		objects[i].ops = &ops;
		objects[i].index = i;
	}
	for (i = 0; i < N; i++) {
		struct object *o = &objects[(i * 7) & 63];
		get(o);
		if (i % 3 == 0)
			get(o);
		if (put(o))
			o->flags &= ~(1UL << 3);
		if (o->refcount > 5)
			while (!put(o))
				sum += o->index;
	}
	printf("%d %ld\n", released, sum);
	return 0;
}
