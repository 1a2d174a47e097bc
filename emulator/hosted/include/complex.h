/* Our own <complex.h>: parts, conjugates, polar form. Leaves out powers and trigonometric functions. */
#ifndef _FSC_COMPLEX_H
#define _FSC_COMPLEX_H
#include <math.h>
#define complex _Complex
#define _Complex_I (__extension__ 1.0iF)
#define I _Complex_I
#define CMPLX(x, y) __builtin_complex((double)(x), (double)(y))
#define CMPLXF(x, y) __builtin_complex((float)(x), (float)(y))
#define CMPLXL(x, y) __builtin_complex((long double)(x), (long double)(y))
#define creal(z) __builtin_creal(z)
#define crealf(z) __builtin_crealf(z)
#define creall(z) __builtin_creall(z)
#define cimag(z) __builtin_cimag(z)
#define cimagf(z) __builtin_cimagf(z)
#define cimagl(z) __builtin_cimagl(z)
#define conj(z) __builtin_conj(z)
#define conjf(z) __builtin_conjf(z)
#define conjl(z) __builtin_conjl(z)
static inline double cabs(double _Complex __z) { return hypot(__real__ __z, __imag__ __z); }
static inline float cabsf(float _Complex __z) { return (float)hypot(__real__ __z, __imag__ __z); }
static inline double carg(double _Complex __z) { return atan2(__imag__ __z, __real__ __z); }
static inline double _Complex cexp(double _Complex __z)
{
	double __r = exp(__real__ __z);
	return __builtin_complex(__r * cos(__imag__ __z), __r * sin(__imag__ __z));
}
static inline double _Complex csqrt(double _Complex __z)
{
	double __m = hypot(__real__ __z, __imag__ __z);
	double __re = sqrt((__m + __real__ __z) / 2), __im = sqrt((__m - __real__ __z) / 2);
	return __builtin_complex(__re, __imag__ __z < 0 ? -__im : __im);
}
#endif
