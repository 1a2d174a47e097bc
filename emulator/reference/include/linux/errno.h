/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Error numbers, as Linux numbers them. Mirrors uapi asm-generic/errno*.h and include/linux/errno.h. */
#ifndef _LINUX_ERRNO_H
#define _LINUX_ERRNO_H
#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define EIO 5
#define ENXIO 6
#define E2BIG 7
#define EBADF 9
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define EXDEV 18
#define ENODEV 19
#define ENOTDIR 20
#define EISDIR 21
#define EINVAL 22
#define ENFILE 23
#define ENOTTY 25
#define ETXTBSY 26
#define EFBIG 27
#define ENOSPC 28
#define ESPIPE 29
#define EROFS 30
#define EMLINK 31
#define EPIPE 32
#define EDOM 33
#define ERANGE 34
#define EDEADLK 35
#define ENAMETOOLONG 36
#define ENOSYS 38
#define ENODATA 61
#define EOVERFLOW 75
#define EOPNOTSUPP 95
#define ENOTCONN 107
#define ETIMEDOUT 110
#define EALREADY 114
#define EUCLEAN 117
#define EREMOTEIO 121
#define EHWPOISON 133
#define EWOULDBLOCK EAGAIN
#define EFSCORRUPTED EUCLEAN
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define EPROBE_DEFER 517
#define ENOTSUPP 524
#define EIOCBQUEUED 529
#define MAX_ERRNO 4095
#endif
