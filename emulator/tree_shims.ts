/**
 * What code of a kernel tree is given instead of what lies below C: per-CPU variables are plain ones (the machine runs one
 * task at a time), user addresses are all in range, the configuration has the numbers that headers compute with. Each
 * name counts only where the reference kernel does not have it. Leaves out what the reference kernel models itself.
 */

import { MACHINE_NUMBERS } from "./config_numbers.ts";

/** Lines for `#define`, besides include/linux/kconfig.h of the reference kernel. */
export const TREE_CONFIG: readonly string[] = [
  "__KERNEL__ 1",
  ...MACHINE_NUMBERS,
  "CONFIG_PHYS_ADDR_T_64BIT 1",
  "CONFIG_ARCH_DMA_ADDR_T_64BIT 1",
  "CONFIG_GENERIC_BUG 1",
  "CONFIG_FILE_LOCKING 1",
  "CONFIG_SHMEM 1",
  "CONFIG_TMPFS 1",
];

/** Names with a plain meaning here and an assembler one in the tree. */
export const TREE_MACROS: readonly string[] = [
  "access_ok(addr, size) ((void)(addr), (void)(size), 1)",
  "untagged_addr(addr) (addr)",
  "untagged_addr_remote(mm, addr) (addr)",
  "smp_processor_id() 0",
  "raw_smp_processor_id() 0",
  "get_cpu() 0",
  "put_cpu() ((void)0)",
  "num_online_cpus() 1u",
  "num_possible_cpus() 1u",
  "for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)",
  "for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)",
  "DEFINE_PER_CPU(type, name) __typeof__(type) name",
  "DEFINE_PER_CPU_ALIGNED(type, name) __typeof__(type) name",
  "DEFINE_PER_CPU_SHARED_ALIGNED(type, name) __typeof__(type) name",
  "DEFINE_PER_CPU_READ_MOSTLY(type, name) __typeof__(type) name",
  "DECLARE_PER_CPU(type, name) extern __typeof__(type) name",
  "DECLARE_PER_CPU_ALIGNED(type, name) extern __typeof__(type) name",
  "DECLARE_PER_CPU_SHARED_ALIGNED(type, name) extern __typeof__(type) name",
  "__percpu",
  "per_cpu(var, cpu) (*((void)(cpu), &(var)))",
  "per_cpu_ptr(ptr, cpu) ((void)(cpu), (ptr))",
  "this_cpu_ptr(ptr) (ptr)",
  "raw_cpu_ptr(ptr) (ptr)",
  "get_cpu_ptr(ptr) (ptr)",
  "put_cpu_ptr(ptr) ((void)(ptr))",
  "get_cpu_var(var) (*&(var))",
  "put_cpu_var(var) ((void)&(var))",
  ...["this_cpu", "__this_cpu", "raw_cpu"].flatMap((p) => [
    `${p}_read(var) (var)`,
    `${p}_write(var, val) ((void)((var) = (val)))`,
    `${p}_add(var, val) ((void)((var) += (val)))`,
    `${p}_sub(var, val) ((void)((var) -= (val)))`,
    `${p}_inc(var) ((void)(var)++)`,
    `${p}_dec(var) ((void)(var)--)`,
    `${p}_and(var, val) ((void)((var) &= (val)))`,
    `${p}_or(var, val) ((void)((var) |= (val)))`,
    `${p}_add_return(var, val) ((var) += (val))`,
    `${p}_inc_return(var) (++(var))`,
    `${p}_dec_return(var) (--(var))`,
  ]),
];
