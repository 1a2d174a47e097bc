/* Our own <setjmp.h>. */
#ifndef _FSC_SETJMP_H
#define _FSC_SETJMP_H
typedef struct {
	long __words[8];
} jmp_buf[1];
typedef jmp_buf sigjmp_buf;
int setjmp(jmp_buf state) __attribute__((__returns_twice__));
int _setjmp(jmp_buf state) __attribute__((__returns_twice__));
int sigsetjmp(jmp_buf state, int mask) __attribute__((__returns_twice__));
void longjmp(jmp_buf state, int value) __attribute__((__noreturn__));
void _longjmp(jmp_buf state, int value) __attribute__((__noreturn__));
void siglongjmp(jmp_buf state, int value) __attribute__((__noreturn__));
#define setjmp(state) setjmp(state)
#endif
