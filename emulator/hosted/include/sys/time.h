/* Our own <sys/time.h>. */
#ifndef _FSC_SYS_TIME_H
#define _FSC_SYS_TIME_H
#include <time.h>
struct timeval {
	time_t tv_sec;
	long tv_usec;
};
struct timezone {
	int tz_minuteswest;
	int tz_dsttime;
};
int gettimeofday(struct timeval *to, void *zone);
#endif
