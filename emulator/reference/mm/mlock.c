// SPDX-License-Identifier: GPL-2.0-or-later
/* Folios that mlock(2) keeps in memory. Mirrors mm/mlock.c: the flag only, nothing is ever reclaimed here. */
#include <linux/mm.h>
#include "internal.h"

void mlock_folio(struct folio *folio)
{
	folio_test_set_mlocked(folio);
}

void munlock_folio(struct folio *folio)
{
	folio_test_clear_mlocked(folio);
}
