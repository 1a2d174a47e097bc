/*
 * The objects (not functions) of our hosted C library: what a program may take the address of or read as a variable.
 * Functions are natives, see emulator/shims/libc.ts. Linked as a layer below the program.
 */
#include <stdio.h>

static FILE __fsc_files[3] = { { 0 }, { 1 }, { 2 } };

FILE *stdin = &__fsc_files[0];
FILE *stdout = &__fsc_files[1];
FILE *stderr = &__fsc_files[2];
char **environ;
