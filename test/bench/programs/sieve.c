/* Bench: sieve of Eratosthenes over bytes. */
#include <stdio.h>
#ifndef N
#define N 5000000
#endif
static unsigned char composite[N + 1];
int main(void)
{
	int count = 0;
	for (int i = 2; i <= N; i++) {
		if (composite[i])
			continue;
		count++;
		for (int j = i + i; j <= N; j += i)
			composite[j] = 1;
	}
	printf("%d\n", count);
	return 0;
}
