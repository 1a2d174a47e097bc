/**
 * Events of pages and of what refers to them: struct pages, page tables, the xarrays of files, bad_page(). Leaves out who
 * records them (watch.ts).
 */
import type { EventBase } from "../../trace/event.ts";

/** A word of a struct page changed. `field` is the kernel's name of the member at that offset in this era. */
export interface PageWrite extends EventBase {
  readonly kind: "page";
  readonly pfn: number;
  readonly field: PageField;
  /** Values as signed numbers where they are counts, unsigned bigint otherwise. */
  readonly before: bigint;
  readonly after: bigint;
}
export type PageField =
  | "folio-tail"
  | "flags"
  | "lru/pgmap"
  | "lru.prev"
  | "mapping"
  | "index/share"
  | "private"
  | "_mapcount"
  | "_refcount"
  | "memcg_data";

/** A page-table entry changed. */
export interface PteWrite extends EventBase {
  readonly kind: "pte";
  readonly address: bigint;
  readonly before: bigint;
  readonly after: bigint;
}

/** A word of an xarray's table changed (an entry, in the order of entry.ts; its index or its marks). */
export interface XarrayWrite extends EventBase {
  readonly kind: "xarray";
  readonly address: bigint;
  readonly before: bigint;
  readonly after: bigint;
}

/** bad_page(). */
export interface BadPageEvent extends EventBase {
  readonly kind: "bad-page";
  readonly pfn: number;
  readonly text: string;
}

export type PageEvent = PageWrite | PteWrite | XarrayWrite | BadPageEvent;
