/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the gcc harness tell each other: natives.c (folioscope.h in C), record.c (writes become events) and
 * inspect.c (recounts). None of it is seen by the reference kernel.
 */
#ifndef FSC_HARNESS_H
#define FSC_HARNESS_H

/* Where the harness puts the kernel's memory; the compiler gets the first two as PAGE_OFFSET and VMEMMAP_START. */
#define HEAP_START 0x180000000000UL
#define HEAP_SIZE (64UL << 20)
#define STACKS_START 0x300000000000UL
#define STACK_SIZE (512UL << 10)
#define MAX_TASK 16

/* The frame of the C that called a native: where it returns to, and where it keeps its caller's frame. */
#define CALLER ((const unsigned long *)__builtin_frame_address(0))

/* natives.c */
int fsc_running_task(void);
void fsc_stop(const char *kind, const char *what);

/* record.c: one line of output for each event, "task @function<@its caller<... kind ..." */
void rec_start(void);                                              /* from here on events are printed */
void rec_event(const unsigned long *caller, const char *fmt, ...);        /* writes seen so far are printed before it */
void rec_note(const char *fmt, ...);                               /* a line that is no event */
void rec_settle(void);                                             /* prints the writes that are still to be looked at */
void rec_check(void);                                              /* complains of watched words that changed unseen */
void rec_add_pages(unsigned long start, unsigned long nr);         /* struct pages appeared: watched from the next step */
void rec_remove_pages(unsigned long start, unsigned long nr);
void rec_step(void);
void rec_watch(unsigned long at, unsigned long size, const char *kind);
void rec_freed(unsigned long at); /* ... and freed */
unsigned long rec_size(unsigned long at); /* of a live object */
void rec_object(unsigned long at, unsigned long size, const char *kind); /* a heap object was allocated */
void rec_ran(void); /* names the functions of replaced files that ran */
const char *rec_value(unsigned long value);                        /* a word as text: pointers by what they point to */

/* inspect.c */
void fsc_recount(void);
#endif
