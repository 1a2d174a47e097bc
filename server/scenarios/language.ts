/**
 * The language of scenario files as data: every step with its fields, what it does and its C. Reading (read.ts), the schema
 * (schema.ts), generating C (to_c.ts) and the way back from the built-in scenarios (from_c.ts) all go by these tables, so that a
 * new step is one entry here.
 */

/** What a name in a step stands for. */
export type ThingKind = "file" | "map" | "pin" | "process" | "task" | "device";

/** What a field of a step holds. */
export type FieldKind = "number" | "condition" | "text" | "byte" | ThingKind | readonly string[];

export interface Field {
  readonly kind: FieldKind;
  readonly says: string;
  /** What holds where it is left out; undefined: it must be there. */
  readonly otherwise?: string;
}

/** How a step can end: `works` and `fails` always, and these. */
export type ResultKind = "error" | "fault" | "count" | "none";

/** C of a step's parts, in the language's terms. */
export interface StepParts {
  /** C of the thing that the step is about. */
  readonly it: string;
  /** What the file calls it. */
  readonly called: string;
  /** C of the fields by name. */
  readonly field: Readonly<Record<string, string>>;
}

export interface StepKind {
  readonly says: string;
  /** What the value of the step's own key names; "text" and "number" are no things. */
  readonly of: ThingKind | "text" | "fs";
  /** The step makes the thing. */
  readonly makes?: boolean;
  readonly fields: Readonly<Record<string, Field>>;
  readonly result: ResultKind;
  /** What any correct kernel keeps where the step is to work. */
  readonly promise?: string;
  /** The call whose result counts, or with result "none" the whole statement. */
  c(p: StepParts): string;
  /** printf format and arguments of the step's name, where the statement does not name itself. */
  text?(p: StepParts): string;
}

const number = (says: string, otherwise?: string): Field =>
  otherwise === undefined ? { kind: "number", says } : { kind: "number", says, otherwise };
const FROM = number("first page of the range");
const PAGES = number("number of pages");
const PAGE = number("page of the file");
const BYTE: Field = { kind: "byte", says: "the byte, 0 to 255" };
const PROCESS: Field = {
  kind: "process",
  says: "the process that does it; without it the first one",
  otherwise: "",
};

const range = (p: StepParts): string =>
  `"${"$"} %s[%lu..%lu)", ${p.it}.name, ${p.field["from"]}, ${p.field["from"]} + ${p.field["pages"]}`;
const address = (p: StepParts): string =>
  `(${p.it}.addr + ((${p.field["page"]} - ${p.it}.first) << PAGE_SHIFT))`;
/** The process of a step, or the one that made the mapping. */
const mm = (p: StepParts): string => p.field["process"] || `${p.it}.mm`;

export const PIN_WAYS = ["pin", "get", "get-refs", "get-release", "get-folio"] as const;
export const MAP_WAYS = ["shared", "read-only", "private", "sync"] as const;
const MAP_FLAGS: Readonly<Record<string, string>> = {
  shared: "SC_RW",
  "read-only": "SC_RO",
  private: "SC_PRIVATE",
  sync: "(SC_RW | FSC_MAP_SYNC)",
};
const PROTECTIONS = ["read", "read-write"] as const;

export const STEPS: Readonly<Record<string, StepKind>> = {
  create: {
    says: "makes an empty file of so many pages and opens it",
    of: "file",
    makes: true,
    fields: { pages: number("its size in pages") },
    result: "none",
    c: (p) => `${p.it} = sc_create("${p.called}", ${p.field["pages"]});`,
  },
  fallocate: {
    says: "gives blocks to a range of a file",
    of: "file",
    fields: { from: FROM, pages: PAGES },
    result: "error",
    promise: "blocks can be given to a file",
    c: (p) => `fscfs_fallocate(${p.it}.file, ${p.field["from"]}, ${p.field["pages"]})`,
    text: (p) => range(p).replace("$", "fallocate"),
  },
  truncate: {
    says: "cuts a file to so many pages",
    of: "file",
    fields: { to: number("its new size in pages", "0L") },
    result: "error",
    promise: "a file can be truncated",
    c: (p) => `fscfs_truncate(${p.it}.file, ${p.field["to"]})`,
    text: (p) => `"truncate %s to %lu pages", ${p.it}.name, ${p.field["to"]}`,
  },
  "open-truncate": {
    says: "opens a file once more with O_TRUNC",
    of: "file",
    fields: {},
    result: "error",
    promise: "a file can be opened with O_TRUNC",
    c: (p) => `fscfs_open_trunc(${p.it}.inode)`,
    text: (p) => `"open %s with O_TRUNC", ${p.it}.name`,
  },
  punch: {
    says: "punches a hole into a file",
    of: "file",
    fields: { from: FROM, pages: PAGES },
    result: "error",
    promise: "a hole can be punched into a file",
    c: (p) => `fscfs_punch(${p.it}.file, ${p.field["from"]}, ${p.field["pages"]})`,
    text: (p) => range(p).replace("$", "punch"),
  },
  fsync: {
    says: "writes a file back",
    of: "file",
    fields: {},
    result: "error",
    promise: "a file can be written back",
    c: (p) => `fscfs_fsync(${p.it}.file, 0, LLONG_MAX, 0)`,
    text: (p) => `"fsync %s", ${p.it}.name`,
  },
  reflink: {
    says: "shares blocks of a file with another one",
    of: "file",
    fields: {
      from: FROM,
      pages: PAGES,
      to: { kind: "file", says: "the file that gets them" },
      at: number("where in that file"),
    },
    result: "error",
    promise: "blocks of a file can be shared with another file",
    c: (p) =>
      `fscfs_clone(${p.it}.file, ${p.field["from"]}, ${p.field["to"]}.file, ${p.field["at"]}, ${p.field["pages"]}, 0)`,
    text: (p) =>
      `"reflink %s[%lu..%lu) to %s[%lu]", ${p.it}.name, ${p.field["from"]}, ${p.field["from"]} + ${p.field["pages"]}, ${p.field["to"]}.name, ${p.field["at"]}`,
  },
  unshare: {
    says: "gives a file blocks of its own in a range",
    of: "file",
    fields: { from: FROM, pages: PAGES },
    result: "error",
    promise: "a shared range can be unshared",
    c: (p) => `fscfs_unshare(${p.it}.file, ${p.field["from"]}, ${p.field["pages"]})`,
    text: (p) => range(p).replace("$", "unshare"),
  },
  "zero-range": {
    says: "sets a range of a file to zero",
    of: "file",
    fields: { from: FROM, pages: PAGES },
    result: "error",
    promise: "a range of a file can be set to zero",
    c: (p) =>
      `fscfs_zero_range(${p.it}.file, (loff_t)(${p.field["from"]}) << PAGE_SHIFT, (loff_t)(${p.field["pages"]}) << PAGE_SHIFT)`,
    text: (p) => range(p).replace("$", "zero"),
  },
  pwrite: {
    says: "write(2) of one byte at the beginning of a page",
    of: "file",
    fields: { page: PAGE, value: BYTE },
    result: "none",
    c: (p) => `sc_pwrite(&${p.it}, ${p.field["page"]}, ${p.field["value"]});`,
  },
  pread: {
    says: "read(2) of one byte at the beginning of a page, which is to be this one",
    of: "file",
    fields: { page: PAGE, value: BYTE },
    result: "none",
    c: (p) => `sc_pread(&${p.it}, ${p.field["page"]}, ${p.field["value"]});`,
  },
  unlink: {
    says: "closes and unlinks a file: eviction finds what is left",
    of: "file",
    fields: {},
    result: "none",
    c: (p) => `sc_remove_quietly(&${p.it});`,
  },
  remove: {
    says: "truncates a file to nothing, closes and unlinks it",
    of: "file",
    fields: {},
    result: "none",
    c: (p) => `sc_remove(&${p.it});`,
  },
  forget: {
    says: "closes a file and drops its inode as umount(2) does: the blocks stay allocated",
    of: "file",
    fields: {},
    result: "none",
    c: (p) =>
      `fscfs_close(${p.it}.file); SC_DO(fscfs_forget(${p.it}.inode), "umount drops %s", ${p.it}.name);`,
  },
  reuse: {
    says: "the next blocks that are given out are those that this page of a file has now",
    of: "file",
    fields: { page: PAGE },
    result: "none",
    c: (p) => `sc_fs->goal = fscfs_bmap(${p.it}.file, ${p.field["page"]});`,
  },
  mmap: {
    says: "maps pages of a file",
    of: "map",
    makes: true,
    fields: {
      file: { kind: "file", says: "the file" },
      from: number("first page of the file", "0L"),
      pages: PAGES,
      as: { kind: MAP_WAYS, says: "how it is mapped", otherwise: "shared" },
      process: PROCESS,
    },
    result: "none",
    c: (p) =>
      `${p.it} = sc_mmap(${p.field["process"]}, &${p.field["file"]}, ${p.field["from"]}, ${p.field["pages"]}, ${MAP_FLAGS[p.field["as"]!]});`,
  },
  munmap: {
    says: "takes a mapping away",
    of: "map",
    fields: {},
    result: "none",
    c: (p) => `sc_munmap(&${p.it});`,
  },
  mprotect: {
    says: "changes what a mapping allows",
    of: "map",
    fields: { to: { kind: PROTECTIONS, says: "what it allows afterwards" } },
    result: "error",
    promise: "the protection of a mapping can be changed",
    c: (p) =>
      `fsc_mprotect(${p.it}.mm, ${p.it}.addr, ${p.it}.pages << PAGE_SHIFT, FSC_PROT_READ${p.field["to"] === "read" ? "" : " | FSC_PROT_WRITE"})`,
    text: (p) => `"mprotect %s: ${p.field["to"]}", ${p.it}.of->name`,
  },
  load: {
    says: "a program reads a byte of a mapped page",
    of: "map",
    fields: { page: PAGE, process: PROCESS },
    result: "fault",
    promise: "a load from the mapping succeeds",
    c: (p) => `fsc_user_read(${mm(p)}, ${address(p)}, &us_byte)`,
    text: (p) => `"load %s[%lu]", ${p.it}.of->name, ${p.field["page"]}`,
  },
  store: {
    says: "a program writes a byte to a mapped page",
    of: "map",
    fields: { page: PAGE, value: BYTE, process: PROCESS },
    result: "fault",
    promise: "a store to the mapping succeeds",
    c: (p) => `fsc_user_write(${mm(p)}, ${address(p)}, ${p.field["value"]})`,
    text: (p) => `"store %s[%lu]", ${p.it}.of->name, ${p.field["page"]}`,
  },
  see: {
    says: "a program reads a byte of a mapped page, which is to be this one",
    of: "map",
    fields: { page: PAGE, value: BYTE },
    result: "none",
    c: (p) => `sc_see(&${p.it}, ${p.field["page"]}, ${p.field["value"]});`,
  },
  pin: {
    says: "a device takes a mapped page for its DMA",
    of: "pin",
    makes: true,
    fields: {
      map: { kind: "map", says: "the mapping" },
      page: PAGE,
      by: { kind: PIN_WAYS, says: "how it is taken and given back", otherwise: "pin" },
    },
    result: "count",
    promise: "DMA can pin a mapped page",
    c: (p) =>
      `sc_dma_start(&${p.it}, &${p.field["map"]}, ${p.field["page"]}, ${PIN_WAYS.indexOf(p.field["by"] as "pin")})`,
  },
  unpin: {
    says: "the device is done with the page",
    of: "pin",
    fields: {},
    result: "none",
    c: (p) => `SC_DO(sc_dma_end(&${p.it}), "DMA lets go");`,
  },
  "device-write": {
    says: "the device writes a byte to the page that it holds",
    of: "pin",
    fields: { value: BYTE },
    result: "none",
    c: (p) =>
      `SC_DO(*(unsigned char *)page_address(${p.it}.page) = ${p.field["value"]}, "the device writes to its page");`,
  },
  process: {
    says: "a further process",
    of: "process",
    makes: true,
    fields: {},
    result: "none",
    c: (p) => `${p.it} = fsc_mm_create();`,
  },
  fork: {
    says: "the first process forks; the child has its mappings",
    of: "process",
    makes: true,
    fields: {},
    result: "none",
    c: (p) => `SC_DO(${p.it} = fsc_mm_fork(us_mm), "fork");`,
  },
  exit: {
    says: "a process goes, and its mappings with it",
    of: "process",
    fields: {},
    result: "none",
    c: (p) => `SC_DO(fsc_mm_destroy(${p.it}), "${p.called} exits");`,
  },
  start: {
    says: "starts a task beside this one",
    of: "task",
    fields: {},
    result: "none",
    c: (p) => `${p.it}_id = sc_spawn("${p.called}", ${p.it}, NULL);`,
  },
  wait: {
    says: "waits until a task has ended",
    of: "task",
    fields: {},
    result: "none",
    c: (p) => `sc_join(${p.it}_id);`,
  },
  signal: {
    says: "sends a signal to a task",
    of: "task",
    fields: {},
    result: "none",
    c: (p) =>
      `__fsc_step("signal"); fsc_tasks[${p.it}_id].fsc_signal = true; wake_up_state(&fsc_tasks[${p.it}_id], TASK_INTERRUPTIBLE);`,
  },
  point: {
    says: "a place where another task may run",
    of: "text",
    fields: {},
    result: "none",
    c: (p) => `__fsc_point("${p.it}");`,
  },
  quiet: {
    says: "nothing is under way: every count is compared with the truth",
    of: "text",
    fields: {},
    result: "none",
    c: (p) => `__fsc_quiesce("%s", "${p.it}");`,
  },
  fail: {
    says: 'the nth of the calls to come whose name begins like this fails; "" is every one, 0 disarms',
    of: "text",
    fields: { nth: number("which of them, from 1") },
    result: "none",
    c: (p) => `__fsc_fail_nth("${p.it}", ${p.field["nth"]});`,
  },
  expect: {
    says: "what must hold now",
    of: "text",
    fields: { that: { kind: "condition", says: "a condition: refs(A, 0) == 2, block(A, 3) != 0" } },
    result: "none",
    c: (p) => `SC_EXPECT(${p.field["that"]}, "${p.it}");`,
  },
  unbind: {
    says: "the driver of the device is unbound",
    of: "device",
    fields: {},
    result: "none",
    c: () => 'SC_DO(fsc_unbind_pmem(), "unbind pmem");',
  },
  bind: {
    says: "the driver is bound to the device",
    of: "device",
    fields: {},
    result: "error",
    promise: "the pmem driver can be bound",
    c: () => "fsc_bind_pmem()",
    text: () => '"bind pmem"',
  },
  "memory-failure": {
    says: "the memory behind a page of a file fails",
    of: "file",
    fields: { page: PAGE },
    result: "error",
    promise: "memory failure of a file's page is handled",
    c: (p) => `memory_failure(fsc_registry.pmem_start_pfn + fscfs_bmap(${p.it}.file, ${p.field["page"]}), 0)`,
    text: (p) => `"memory failure behind %s[%lu]", ${p.it}.name, ${p.field["page"]}`,
  },
  umount: {
    says: "the first process exits and the file system is unmounted",
    of: "fs",
    fields: {},
    result: "none",
    c: () => "sc_end(us_mm); us_mm = NULL;",
  },
  mount: {
    says: "the file system is mounted again, with a new first process",
    of: "fs",
    fields: {},
    result: "none",
    c: () => "us_mm = sc_begin();",
  },
};

/** Fields that every step may have. */
export const COMMON_FIELDS: Readonly<Record<string, Field>> = {
  name: { kind: "text", says: "what the step is called where its events are told", otherwise: "" },
  when: { kind: "condition", says: "the step is left out where this is 0", otherwise: "" },
};

/** Fields of steps that end well or badly. */
export const RESULT_FIELDS: Readonly<Record<string, Field>> = {
  gives: { kind: "text", says: "how it is to end: works, fails, anything, or a name", otherwise: "works" },
  says: { kind: "text", says: "the promise that is broken where it ends otherwise", otherwise: "" },
};

const ERRNOS = [
  "EIO",
  "ENOMEM",
  "EINVAL",
  "ENOSPC",
  "EOPNOTSUPP",
  "EINTR",
  "ERESTARTSYS",
  "EBUSY",
  "ENXIO",
  "ENODEV",
  "EAGAIN",
  "EFAULT",
];
const FAULTS = ["SIGBUS", "OOM", "HWPOISON"];

/** How a step of a kind can be told to end. */
export function endings(kind: ResultKind): readonly string[] {
  const more = kind === "error" ? ERRNOS : kind === "fault" ? FAULTS : [];
  return ["works", "fails", "anything", ...more];
}

/** C of whether `r` is the ending. */
export function endingToC(kind: ResultKind, ending: string, r: string): string {
  if (ending === "works") return kind === "count" ? `${r} == 1` : `${r} == 0`;
  if (ending === "fails") return kind === "fault" ? `${r} != 0` : kind === "count" ? `${r} <= 0` : `${r} < 0`;
  return kind === "fault" ? `(${r} & VM_FAULT_${ending}) != 0` : `${r} == -${ending}`;
}

/** What conditions can look at; C by that of the thing and of a page. */
export const LOOKS: Readonly<
  Record<string, { of: ThingKind | ""; page: boolean; says: string; c(t: string, p: string): string }>
> = {
  block: {
    of: "file",
    page: true,
    says: "the block behind a page, 0 for a hole",
    c: (t, p) => `((long)fscfs_bmap(${t}.file, ${p}))`,
  },
  owners: {
    of: "file",
    page: true,
    says: "how many files have the block behind a page",
    c: (t, p) => `((long)fsc_registry.block_refs[fscfs_bmap(${t}.file, ${p})])`,
  },
  refs: {
    of: "file",
    page: true,
    says: "references to the page that is behind a page of a file",
    c: (t, p) => `((long)page_count(pfn_to_page(fsc_registry.pmem_start_pfn + fscfs_bmap(${t}.file, ${p}))))`,
  },
  entries: {
    of: "file",
    page: false,
    says: "1 while the file has entries in its page cache",
    c: (t) => `((long)!mapping_empty(${t}.inode->i_mapping))`,
  },
  pinned: {
    of: "pin",
    page: false,
    says: "1 while the device has a page",
    c: (t) => `((long)(${t}.page != NULL))`,
  },
  byte: {
    of: "pin",
    page: false,
    says: "the first byte of the page that the device has",
    c: (t) => `((long)*(unsigned char *)page_address(${t}.page))`,
  },
  sigbus: {
    of: "",
    page: false,
    says: "how often the task got SIGBUS",
    c: () => "((long)current->fsc_sigbus)",
  },
};

export const FILE_SYSTEMS: Readonly<Record<string, number | null>> = {
  ext4: 0,
  xfs: 1,
  virtiofs: 2,
  none: null,
};

/** Bounds of a file: what is over is told and refused. */
export const BOUNDS = {
  bytes: 256 << 10,
  nesting: 40,
  steps: 500,
  tasks: 8,
  parameters: 8,
  values: 16,
  cases: 512,
  files: 6,
  maps: 16,
  pins: 16,
  processes: 3,
  text: 300,
  instructions: 100_000_000,
} as const;

/** Memory of the machine's device. */
export const PMEM_MIB = 8;
