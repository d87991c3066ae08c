/* Preloaded, shows a process the time of day CLOCK_SHIFT seconds on from the machine's.

   Waits go by the monotonic clock, which stays the machine's; so do the times of files. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int (*machine_time)(clockid_t, struct timespec *);
static time_t shift;

__attribute__((constructor)) static void begin(void)
{
    const char *seconds = getenv("CLOCK_SHIFT");
    shift = seconds ? atol(seconds) : 0;
    machine_time = dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    /* Other libraries' constructors may ask first. */
    if (!machine_time)
        begin();
    int failed = machine_time(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += shift;
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec at;
    int failed = clock_gettime(CLOCK_REALTIME, &at);
    now->tv_sec = at.tv_sec;
    now->tv_usec = at.tv_nsec / 1000;
    return failed;
}

time_t time(time_t *now)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    if (now)
        *now = at.tv_sec;
    return at.tv_sec;
}
