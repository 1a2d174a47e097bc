/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bit operations on arrays of longs, plain C. Mirrors include/linux/bitops.h and the arch's atomic bit operations. */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H
#include <linux/kernel.h>
#define BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)
#define BITS_TO_LONGS(nr) DIV_ROUND_UP(nr, BITS_PER_LONG)
static inline void set_bit(long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
}
static inline void clear_bit(long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}
static inline void change_bit(long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] ^= BIT_MASK(nr);
}
static inline bool test_bit(long nr, const volatile unsigned long *addr)
{
	return (addr[BIT_WORD(nr)] >> (nr % BITS_PER_LONG)) & 1;
}
static inline bool test_and_set_bit(long nr, volatile unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	if (!old)
		set_bit(nr, addr);
	return old;
}
static inline bool test_and_clear_bit(long nr, volatile unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	if (old)
		clear_bit(nr, addr);
	return old;
}
#define __set_bit set_bit
#define __clear_bit clear_bit
#define __test_and_set_bit test_and_set_bit
#define __test_and_clear_bit test_and_clear_bit
#define __change_bit change_bit
#define test_bit_acquire test_bit
#define clear_bit_unlock clear_bit
#define __clear_bit_unlock clear_bit
#define test_and_set_bit_lock test_and_set_bit
#define assign_bit(nr, addr, value) ((value) ? set_bit(nr, addr) : clear_bit(nr, addr))
static inline unsigned long fsc_ctz(unsigned long word)
{
	unsigned long n = 0;

	while (!(word & 0xff)) {
		word >>= 8;
		n += 8;
	}
	while (!(word & 1)) {
		word >>= 1;
		n++;
	}
	return n;
}
#define __ffs(word) fsc_ctz(word)
#define __fls(word) ((unsigned long)fsc_fls64(word) - 1)
#define ffs(x) ((x) ? (int)fsc_ctz((unsigned int)(x)) + 1 : 0)
#define ffz(x) fsc_ctz(~(unsigned long)(x))
static inline unsigned int hweight_long(unsigned long w)
{
	unsigned int n = 0;

	for (; w; w &= w - 1)
		n++;
	return n;
}
#define hweight32(w) hweight_long((u32)(w))
#define hweight64(w) hweight_long(w)
static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	while (offset < size) {
		unsigned long word = addr[BIT_WORD(offset)] >> (offset % BITS_PER_LONG);

		if (word) {
			offset += fsc_ctz(word);
			return offset < size ? offset : size;
		}
		offset = (BIT_WORD(offset) + 1) * BITS_PER_LONG;
	}
	return size;
}
static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	while (offset < size && test_bit(offset, addr))
		offset++;
	return offset < size ? offset : size;
}
#define find_first_bit(addr, size) find_next_bit(addr, size, 0)
#define find_first_zero_bit(addr, size) find_next_zero_bit(addr, size, 0)
#define for_each_set_bit(bit, addr, size) \
	for ((bit) = find_next_bit((addr), (size), 0); (bit) < (size); (bit) = find_next_bit((addr), (size), (bit) + 1))
/* The machine's own order is the little end first. */
#define test_bit_le(nr, addr) test_bit(nr, (const unsigned long *)(addr))
#define clear_bit_le(nr, addr) __clear_bit(nr, (unsigned long *)(addr))
#define test_and_set_bit_le(nr, addr) test_and_set_bit(nr, (unsigned long *)(addr))
#define find_next_bit_le(addr, size, offset) find_next_bit((const unsigned long *)(addr), size, offset)
#define find_next_zero_bit_le(addr, size, offset) find_next_zero_bit((const unsigned long *)(addr), size, offset)
static inline unsigned int bitmap_weight(const unsigned long *src, unsigned int nbits)
{
	unsigned int bits = 0, at;

	for_each_set_bit(at, src, nbits)
		bits++;
	return bits;
}
static inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = 0;
}
static inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = ~0UL;
}
static inline bool bitmap_empty(const unsigned long *src, unsigned int nbits)
{
	return find_first_bit(src, nbits) == nbits;
}
static inline bool bitmap_full(const unsigned long *src, unsigned int nbits)
{
	return find_first_zero_bit(src, nbits) == nbits;
}
#endif
