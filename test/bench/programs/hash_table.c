/* Bench: open hashing with integer keys, insertions and look-ups. */
#include <stdio.h>
#ifndef N
#define N 4000000
#endif
#define SIZE 65536
static unsigned int keys[SIZE];
static unsigned int counts[SIZE];
static unsigned int slot(unsigned int key)
{
	unsigned int h = (key * 2654435761u) >> 16;
	while (counts[h & (SIZE - 1)] != 0 && keys[h & (SIZE - 1)] != key)
		h++;
	return h & (SIZE - 1);
}
int main(void)
{
	unsigned int seed = 7;
	unsigned int distinct = 0;
	unsigned int most = 0;
	int i;
	for (i = 0; i < N; i++) {
		unsigned int key;
		unsigned int s;
		seed = seed * 1664525u + 1013904223u;
		key = (seed >> 12) % 40000u;
		s = slot(key);
		if (counts[s] == 0) {
			keys[s] = key;
			distinct++;
		}
		counts[s]++;
		if (counts[s] > most)
			most = counts[s];
	}
	printf("%u %u\n", distinct, most);
	return 0;
}
