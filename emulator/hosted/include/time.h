/* Our own <time.h>: the clock stands still, so that runs are the same each time. */
#ifndef _FSC_TIME_H
#define _FSC_TIME_H
#include <stddef.h>
typedef long time_t;
typedef long clock_t;
#define CLOCKS_PER_SEC 1000000L
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define TIME_UTC 1
struct timespec {
	time_t tv_sec;
	long tv_nsec;
};
struct tm {
	int tm_sec;
	int tm_min;
	int tm_hour;
	int tm_mday;
	int tm_mon;
	int tm_year;
	int tm_wday;
	int tm_yday;
	int tm_isdst;
	long tm_gmtoff;
	const char *tm_zone;
};
time_t time(time_t *to);
clock_t clock(void);
double difftime(time_t a, time_t b);
int clock_gettime(int clock, struct timespec *to);
int timespec_get(struct timespec *to, int base);
int nanosleep(const struct timespec *wanted, struct timespec *left);
struct tm *gmtime(const time_t *when);
struct tm *localtime(const time_t *when);
time_t mktime(struct tm *when);
#endif
