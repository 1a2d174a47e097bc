// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks at the kernel's own state from outside, for the gcc build: which words of the device's struct pages changed since
 * the last look, and whether every count is what mappings and pins add up to. Compiled with the kernel's headers.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/huge_mm.h>

void fsc_inspect(const char *when, int recount);
void fsc_say(const char *kind, const char *fmt, ...);
extern int fsc_mismatches;

#define MAX_PMEM 4096
static unsigned long last_mapping[MAX_PMEM], last_index[MAX_PMEM], last_head[MAX_PMEM], last_flags[MAX_PMEM];
static int last_mapcount[MAX_PMEM], last_valid;
static unsigned int mapped[MAX_PMEM];

static const char *mapping_name(unsigned long m)
{
	static const char *const names[] = { "inode0", "inode1", "inode2", "inode3", "inode4", "inode5" };

	if (!m)
		return "NULL";
	if (m == 1)
		return "shared";
	if (m == (unsigned long)TAIL_MAPPING)
		return "TAIL";
	for (int i = 0; i < FSC_MAX_INODE; i++)
		if (fsc_registry.inodes[i] && (unsigned long)fsc_registry.inodes[i]->i_mapping == m)
			return names[i];
	return "?";
}

/* In runs: "+200..+3ff: mapping NULL -> TAIL". */
static void changed(const char *field, unsigned long first, unsigned long last, const char *from, const char *to)
{
	fsc_say("page", "+%lx..+%lx %s %s -> %s", first, last, field, from, to);
}

static void diff_words(int quiet)
{
	unsigned long start = fsc_registry.pmem_start_pfn, nr = fsc_registry.pmem_nr_pages, run = 0;

	if (nr > MAX_PMEM)
		nr = MAX_PMEM;
	for (unsigned long i = 0; i < nr; i++) {
		struct page *page = pfn_to_page(start + i);
		unsigned long m, before;

		if (!pfn_valid(start + i))
			continue;
		m = (unsigned long)page->mapping;
		before = last_mapping[i];
		if (i == 0 || m == before || before != last_mapping[i - 1] ||
		    m != (unsigned long)pfn_to_page(start + i - 1)->mapping)
			run = i;
		if (last_valid && !quiet && m != before &&
		    (i + 1 == nr || last_mapping[i + 1] != before || (unsigned long)(page + 1)->mapping != m))
			changed("mapping", run, i, mapping_name(before), mapping_name(m));
	}
	for (unsigned long i = 0; i < nr; i++) {
		struct page *page = pfn_to_page(start + i);

		if (!pfn_valid(start + i))
			continue;
		if (last_valid && !quiet && !PageTail(page) && !(last_head[i] & 1)) {
			if (page->index != last_index[i])
				fsc_say("page", "+%lx index/share %lx -> %lx", i, last_index[i], page->index);
			if (page->_mapcount.counter != last_mapcount[i])
				fsc_say("page", "+%lx _mapcount %d -> %d", i, last_mapcount[i], page->_mapcount.counter);
		}
		if (last_valid && !quiet && ((page->flags ^ last_flags[i]) & (1UL << PG_head)))
			fsc_say("page", "+%lx %s", i, PageHead(page) ? "becomes a head" : "is no head any more");
		last_mapping[i] = (unsigned long)page->mapping;
		last_index[i] = page->index;
		last_head[i] = page->compound_head;
		last_flags[i] = page->flags;
		last_mapcount[i] = page->_mapcount.counter;
	}
	last_valid = 1;
}

static void count_entry(unsigned long pfn, unsigned long pages)
{
	for (unsigned long p = pfn; p < pfn + pages; p += pages) {
		unsigned long at = p - fsc_registry.pmem_start_pfn;

		if (at < MAX_PMEM && at < fsc_registry.pmem_nr_pages)
			mapped[page_to_pfn(compound_head(pfn_to_page(p))) - fsc_registry.pmem_start_pfn]++;
	}
}

static void count_mm(struct mm_struct *mm)
{
	for (int g = 0; g < 256; g++) {
		p4d_t *p4d = (p4d_t *)(mm->pgd + g);

		for (int u = 0; p4d_present(*p4d) && u < 512; u++) {
			pud_t *pud = pud_offset(p4d, (unsigned long)u << PUD_SHIFT);

			for (int m = 0; pud_present(*pud) && !pud_leaf(*pud) && m < 512; m++) {
				pmd_t *pmd = pmd_offset(pud, (unsigned long)m << PMD_SHIFT);

				if (!pmd_present(*pmd))
					continue;
				if (pmd_leaf(*pmd)) {
					count_entry(pmd_pfn(*pmd), 512);
					continue;
				}
				for (int t = 0; t < 512; t++) {
					pte_t *pte = pte_offset_kernel(pmd, (unsigned long)t << PAGE_SHIFT);

					if (pte_present(*pte))
						count_entry(pte_pfn(*pte), 1);
				}
			}
		}
	}
}

static void recount_all(void)
{
	unsigned long start = fsc_registry.pmem_start_pfn, nr = fsc_registry.pmem_nr_pages;

	memset(mapped, 0, sizeof(mapped));
	for (int i = 0; i < FSC_MAX_MM; i++)
		if (fsc_registry.mms[i] && fsc_registry.mms[i]->pgd)
			count_mm(fsc_registry.mms[i]);
	for (unsigned long i = 0; i < nr && i < MAX_PMEM; i++) {
		struct page *page = pfn_to_page(start + i);
		int want = FSC_ERA_IDLE, have;

		if (!pfn_valid(start + i) || PageTail(page))
			continue;
#if FSC_ERA >= 615
		if (page_pgmap(page)->type == MEMORY_DEVICE_GENERIC)
			want = 1; /* device-dax pages rest at one, mapped or not */
#endif
		if (FSC_ERA >= 615)
			want += mapped[i];
		for (int p = 0; p < FSC_MAX_PIN; p++) {
			struct fsc_pin *pin = &fsc_registry.pins[p];

			/* All pages of a pin are in one folio. */
			if (pin->refs && compound_head(pfn_to_page(pin->pfn)) == page)
				want += pin->refs;
		}
		have = page_ref_count(page);
		if (have != want) {
			fsc_mismatches++;
			fsc_say("mismatch", "+%lx refcount %d, mappings and pins make %d", i, have, want);
		}
		have = folio_mapcount((struct folio *)page);
		want = FSC_ERA >= 615 ? mapped[i] : 0;
		if (have != want) {
			fsc_mismatches++;
			fsc_say("mismatch", "+%lx mapcount %d, page tables show %d", i, have, want);
		}
	}
}

void fsc_inspect(const char *when, int recount)
{
	diff_words(when[0] == 'b');
	if (recount)
		recount_all();
}
