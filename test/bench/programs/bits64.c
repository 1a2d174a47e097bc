/* Bench: shifts, masks, multiplication and population counts on 64-bit values. */
#include <stdio.h>
#ifndef N
#define N 3000000
#endif
static unsigned long mix(unsigned long x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdUL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53UL;
	x ^= x >> 33;
	return x;
}
static unsigned long count(unsigned long x)
{
	x = x - ((x >> 1) & 0x5555555555555555UL);
	x = (x & 0x3333333333333333UL) + ((x >> 2) & 0x3333333333333333UL);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fUL;
	return (x * 0x0101010101010101UL) >> 56;
}
int main(void)
{
	unsigned long x = 1;
	unsigned long total = 0;
	int i;
	for (i = 0; i < N; i++) {
		x = mix(x + i);
		total += count(x);
		x = (x << 7) | (x >> 57);
		if (x & 1)
			total ^= x & 0xff;
	}
	printf("%lu %lx\n", total, x);
	return 0;
}
