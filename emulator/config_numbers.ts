/**
 * Numbers of the kernel's configuration, as x86-64 and the defaults of Kconfig have them: one table for the machine that scenarios
 * run on and for functions that are run by themselves. Leaves out symbols that are only set or not (function/shims.ts,
 * tree_shims.ts).
 */

const lines = (pairs: string): string[] =>
  pairs.split(/\s+/).map((pair) => `CONFIG_${pair.replace("=", " ")}`);

/** Levels of the page tables. */
export const PGTABLE_LEVELS = 5;

/** What headers compute with, whatever runs: lines for `#define`. */
export const MACHINE_NUMBERS: readonly string[] = lines(
  "NR_CPUS=8 NODES_SHIFT=1 HZ=250 X86_L1_CACHE_SHIFT=6 X86_INTERNODE_CACHE_SHIFT=6",
);

/** The same and those that drivers ask for most; of any other 1 is read. */
export const KERNEL_NUMBERS: readonly string[] = [
  ...MACHINE_NUMBERS,
  ...lines(
    `PGTABLE_LEVELS=${PGTABLE_LEVELS} PAGE_SHIFT=12 FUNCTION_ALIGNMENT=16 PHYSICAL_ALIGN=0x200000 ILLEGAL_POINTER_VALUE=0xdead000000000000 LOG_BUF_SHIFT=17 PANIC_TIMEOUT=0 RCU_FANOUT=64 RCU_FANOUT_LEAF=16 STACKDEPOT_MAX_FRAMES=64 PCP_BATCH_SCALE_MAX=5 CMA_ALIGNMENT=8 MAX_SKB_FRAGS=17 KVM_MAX_NR_VCPUS=1024 IIO_CONSUMERS_PER_TRIGGER=2 USB_GADGET_STORAGE_NUM_BUFFERS=2 USB_GADGET_VBUS_DRAW=2 USBIP_VHCI_NR_HCS=1 USBIP_VHCI_HC_PORTS=8 SERIAL_8250_NR_UARTS=4 SERIAL_8250_RUNTIME_UARTS=4 SERIAL_ALTERA_UART_MAXPORTS=4 SERIAL_RP2_NR_UARTS=32 DVB_MAX_ADAPTERS=16 SND_MAX_CARDS=32 MMC_BLOCK_MINORS=8 FUSION_MAX_SGE=128 SCSI_SYM53C8XX_MAX_TAGS=64 WATCHDOG_OPEN_TIMEOUT=0`,
  ),
];
