/* Our own <unistd.h>: the little that single-file programs use. */
#ifndef _FSC_UNISTD_H
#define _FSC_UNISTD_H
#include <stddef.h>
#include <sys/types.h>
#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
ssize_t read(int fd, void *to, size_t size);
ssize_t write(int fd, const void *from, size_t size);
void _exit(int status) __attribute__((__noreturn__));
unsigned int sleep(unsigned int seconds);
int usleep(unsigned int microseconds);
int getpid(void);
int isatty(int fd);
int getpagesize(void);
int unlink(const char *path);
#endif
