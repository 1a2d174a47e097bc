/**
 * The reference kernel's files as text, by kernel path. Made by tools/gen_reference_index.mjs: do not edit. Leaves out
 * what they mean (emulator/kernel.ts).
 */

import f0 from "./arch/x86/lib/usercopy_64.c";
import f1 from "./arch/x86/mm/init_64.c";
import f2 from "./block/badblocks.c";
import f3 from "./block/blk-core.c";
import f4 from "./block/genhd.c";
import f5 from "./drivers/base/base.h";
import f6 from "./drivers/base/core.c";
import f7 from "./drivers/base/dd.c";
import f8 from "./drivers/base/devres.c";
import f9 from "./drivers/base/platform.c";
import f10 from "./drivers/char/mem.c";
import f11 from "./drivers/dax/bus.c";
import f12 from "./drivers/dax/bus.h";
import f13 from "./drivers/dax/dax-private.h";
import f14 from "./drivers/dax/device.c";
import f15 from "./drivers/dax/fsdev.c";
import f16 from "./drivers/dax/hmem/hmem.c";
import f17 from "./drivers/dax/kmem.c";
import f18 from "./drivers/dax/pmem.c";
import f19 from "./drivers/dax/super.c";
import f20 from "./drivers/md/dm-core.h";
import f21 from "./drivers/md/dm-linear.c";
import f22 from "./drivers/md/dm-table.c";
import f23 from "./drivers/md/dm.c";
import f24 from "./drivers/nvdimm/badrange.c";
import f25 from "./drivers/nvdimm/btt.c";
import f26 from "./drivers/nvdimm/btt.h";
import f27 from "./drivers/nvdimm/bus.c";
import f28 from "./drivers/nvdimm/dimm_devs.c";
import f29 from "./drivers/nvdimm/label.c";
import f30 from "./drivers/nvdimm/label.h";
import f31 from "./drivers/nvdimm/nd_virtio.c";
import f32 from "./drivers/nvdimm/pfn_devs.c";
import f33 from "./drivers/nvdimm/pmem.c";
import f34 from "./drivers/nvdimm/pmem.h";
import f35 from "./drivers/nvdimm/virtio_pmem.h";
import f36 from "./drivers/pci/p2pdma.c";
import f37 from "./drivers/s390/block/dcssblk.c";
import f38 from "./drivers/virtio/virtio_ring.c";
import f39 from "./fs/char_dev.c";
import f40 from "./fs/dax.c";
import f41 from "./fs/erofs/data.c";
import f42 from "./fs/erofs/internal.h";
import f43 from "./fs/erofs/super.c";
import f44 from "./fs/ext4/ext4.h";
import f45 from "./fs/ext4/file.c";
import f46 from "./fs/ext4/inode.c";
import f47 from "./fs/ext4/super.c";
import f48 from "./fs/fsc_boot.c";
import f49 from "./fs/fscfs.c";
import f50 from "./fs/fscfs.h";
import f51 from "./fs/fuse/dax.c";
import f52 from "./fs/fuse/dev.c";
import f53 from "./fs/fuse/dir.c";
import f54 from "./fs/fuse/file.c";
import f55 from "./fs/fuse/fuse_i.h";
import f56 from "./fs/fuse/inode.c";
import f57 from "./fs/fuse/virtio_fs.c";
import f58 from "./fs/fuse/virtio_fs.h";
import f59 from "./fs/fuse/window.c";
import f60 from "./fs/fuse/window.h";
import f61 from "./fs/inode.c";
import f62 from "./fs/iomap/iter.c";
import f63 from "./fs/xfs/fsc_rmap.c";
import f64 from "./fs/xfs/xfs_inode.c";
import f65 from "./fs/xfs/xfs_inode.h";
import f66 from "./fs/xfs/xfs_mount.h";
import f67 from "./fs/xfs/xfs_notify_failure.c";
import f68 from "./fs/xfs/xfs_super.c";
import f69 from "./include/asm/cacheflush.h";
import f70 from "./include/asm/extmem.h";
import f71 from "./include/asm/page.h";
import f72 from "./include/asm/pgalloc.h";
import f73 from "./include/asm/pgtable.h";
import f74 from "./include/asm/tlb.h";
import f75 from "./include/asm/tlbflush.h";
import f76 from "./include/asm-generic/tlb.h";
import f77 from "./include/folioscope.h";
import f78 from "./include/linux/align.h";
import f79 from "./include/linux/array_size.h";
import f80 from "./include/linux/atomic.h";
import f81 from "./include/linux/backing-dev.h";
import f82 from "./include/linux/badblocks.h";
import f83 from "./include/linux/bitmap.h";
import f84 from "./include/linux/bitops.h";
import f85 from "./include/linux/bits.h";
import f86 from "./include/linux/blk_types.h";
import f87 from "./include/linux/blkdev.h";
import f88 from "./include/linux/buffer_head.h";
import f89 from "./include/linux/bug.h";
import f90 from "./include/linux/build_bug.h";
import f91 from "./include/linux/cache.h";
import f92 from "./include/linux/cdev.h";
import f93 from "./include/linux/cleanup.h";
import f94 from "./include/linux/compiler.h";
import f95 from "./include/linux/completion.h";
import f96 from "./include/linux/const.h";
import f97 from "./include/linux/container_of.h";
import f98 from "./include/linux/dax.h";
import f99 from "./include/linux/delay.h";
import f100 from "./include/linux/device-mapper.h";
import f101 from "./include/linux/device.h";
import f102 from "./include/linux/err.h";
import f103 from "./include/linux/errno.h";
import f104 from "./include/linux/export.h";
import f105 from "./include/linux/falloc.h";
import f106 from "./include/linux/fs.h";
import f107 from "./include/linux/fsc_devmem.h";
import f108 from "./include/linux/fsc_pfn.h";
import f109 from "./include/linux/fsc_radix.h";
import f110 from "./include/linux/genalloc.h";
import f111 from "./include/linux/genhd.h";
import f112 from "./include/linux/gfp.h";
import f113 from "./include/linux/hash.h";
import f114 from "./include/linux/highmem.h";
import f115 from "./include/linux/huge_mm.h";
import f116 from "./include/linux/hugetlb.h";
import f117 from "./include/linux/idr.h";
import f118 from "./include/linux/init.h";
import f119 from "./include/linux/instrumentation.h";
import f120 from "./include/linux/interrupt.h";
import f121 from "./include/linux/interval_tree.h";
import f122 from "./include/linux/io.h";
import f123 from "./include/linux/iomap.h";
import f124 from "./include/linux/ioport.h";
import f125 from "./include/linux/irqflags.h";
import f126 from "./include/linux/jbd2.h";
import f127 from "./include/linux/jiffies.h";
import f128 from "./include/linux/jump_label.h";
import f129 from "./include/linux/kconfig.h";
import f130 from "./include/linux/kdev_t.h";
import f131 from "./include/linux/kernel.h";
import f132 from "./include/linux/kobject.h";
import f133 from "./include/linux/kref.h";
import f134 from "./include/linux/ksm.h";
import f135 from "./include/linux/kstrtox.h";
import f136 from "./include/linux/kvm_host.h";
import f137 from "./include/linux/leafops.h";
import f138 from "./include/linux/limits.h";
import f139 from "./include/linux/list.h";
import f140 from "./include/linux/local_lock.h";
import f141 from "./include/linux/lockdep.h";
import f142 from "./include/linux/log2.h";
import f143 from "./include/linux/math.h";
import f144 from "./include/linux/math64.h";
import f145 from "./include/linux/memcontrol.h";
import f146 from "./include/linux/memory-tiers.h";
import f147 from "./include/linux/memory.h";
import f148 from "./include/linux/memory_hotplug.h";
import f149 from "./include/linux/memregion.h";
import f150 from "./include/linux/memremap.h";
import f151 from "./include/linux/migrate.h";
import f152 from "./include/linux/migrate_mode.h";
import f153 from "./include/linux/minmax.h";
import f154 from "./include/linux/mm.h";
import f155 from "./include/linux/mm_inline.h";
import f156 from "./include/linux/mm_types.h";
import f157 from "./include/linux/mmap_lock.h";
import f158 from "./include/linux/mmdebug.h";
import f159 from "./include/linux/mmu_notifier.h";
import f160 from "./include/linux/mmzone.h";
import f161 from "./include/linux/module.h";
import f162 from "./include/linux/moduleparam.h";
import f163 from "./include/linux/mount.h";
import f164 from "./include/linux/mutex.h";
import f165 from "./include/linux/nd.h";
import f166 from "./include/linux/numa.h";
import f167 from "./include/linux/overflow.h";
import f168 from "./include/linux/page-flags.h";
import f169 from "./include/linux/page_ref.h";
import f170 from "./include/linux/pagemap.h";
import f171 from "./include/linux/pagevec.h";
import f172 from "./include/linux/pagewalk.h";
import f173 from "./include/linux/panic.h";
import f174 from "./include/linux/pci.h";
import f175 from "./include/linux/percpu-refcount.h";
import f176 from "./include/linux/pfn.h";
import f177 from "./include/linux/pfn_t.h";
import f178 from "./include/linux/pgalloc.h";
import f179 from "./include/linux/pgtable.h";
import f180 from "./include/linux/platform_device.h";
import f181 from "./include/linux/poison.h";
import f182 from "./include/linux/preempt.h";
import f183 from "./include/linux/printk.h";
import f184 from "./include/linux/pseudo_fs.h";
import f185 from "./include/linux/radix-tree.h";
import f186 from "./include/linux/range.h";
import f187 from "./include/linux/rbtree.h";
import f188 from "./include/linux/rcupdate.h";
import f189 from "./include/linux/refcount.h";
import f190 from "./include/linux/rmap.h";
import f191 from "./include/linux/rwlock.h";
import f192 from "./include/linux/rwsem.h";
import f193 from "./include/linux/scatterlist.h";
import f194 from "./include/linux/sched/mm.h";
import f195 from "./include/linux/sched/signal.h";
import f196 from "./include/linux/sched/task.h";
import f197 from "./include/linux/sched.h";
import f198 from "./include/linux/seqlock.h";
import f199 from "./include/linux/set_memory.h";
import f200 from "./include/linux/sizes.h";
import f201 from "./include/linux/slab.h";
import f202 from "./include/linux/smp.h";
import f203 from "./include/linux/spinlock.h";
import f204 from "./include/linux/spinlock_types.h";
import f205 from "./include/linux/sprintf.h";
import f206 from "./include/linux/srcu.h";
import f207 from "./include/linux/stat.h";
import f208 from "./include/linux/stdarg.h";
import f209 from "./include/linux/stddef.h";
import f210 from "./include/linux/string.h";
import f211 from "./include/linux/swap.h";
import f212 from "./include/linux/swapops.h";
import f213 from "./include/linux/tracepoint.h";
import f214 from "./include/linux/types.h";
import f215 from "./include/linux/uio.h";
import f216 from "./include/linux/userfaultfd_k.h";
import f217 from "./include/linux/uuid.h";
import f218 from "./include/linux/virtio.h";
import f219 from "./include/linux/vmalloc.h";
import f220 from "./include/linux/vmstat.h";
import f221 from "./include/linux/wait.h";
import f222 from "./include/linux/wait_bit.h";
import f223 from "./include/linux/wordpart.h";
import f224 from "./include/linux/workqueue.h";
import f225 from "./include/linux/writeback.h";
import f226 from "./include/linux/xarray.h";
import f227 from "./include/trace/events/fs_dax.h";
import f228 from "./kernel/resource.c";
import f229 from "./kernel/sched/wait.c";
import f230 from "./kernel/workqueue.c";
import f231 from "./lib/fsc_devmem.c";
import f232 from "./lib/idr.c";
import f233 from "./lib/interval_tree.c";
import f234 from "./lib/iov_iter.c";
import f235 from "./lib/kobject.c";
import f236 from "./lib/memregion.c";
import f237 from "./lib/percpu-refcount.c";
import f238 from "./lib/string.c";
import f239 from "./lib/vsprintf.c";
import f240 from "./lib/xarray.c";
import f241 from "./mm/filemap.c";
import f242 from "./mm/fsc_mm.c";
import f243 from "./mm/gup.c";
import f244 from "./mm/huge_memory.c";
import f245 from "./mm/internal.h";
import f246 from "./mm/interval_tree.c";
import f247 from "./mm/memory-failure.c";
import f248 from "./mm/memory.c";
import f249 from "./mm/memory_hotplug.c";
import f250 from "./mm/memremap.c";
import f251 from "./mm/migrate.c";
import f252 from "./mm/migrate_device.c";
import f253 from "./mm/mlock.c";
import f254 from "./mm/mm_init.c";
import f255 from "./mm/mmu_gather.c";
import f256 from "./mm/page-writeback.c";
import f257 from "./mm/page_alloc.c";
import f258 from "./mm/pagewalk.c";
import f259 from "./mm/rmap.c";
import f260 from "./mm/slab_common.c";
import f261 from "./mm/sparse-vmemmap.c";
import f262 from "./mm/swap.c";
import f263 from "./mm/truncate.c";
import f264 from "./scenarios/altmap.c";
import f265 from "./scenarios/badblocks.c";
import f266 from "./scenarios/badrange.c";
import f267 from "./scenarios/btt.c";
import f268 from "./scenarios/catalogue.c";
import f269 from "./scenarios/common.c";
import f270 from "./scenarios/daxfiles.c";
import f271 from "./scenarios/dcss.c";
import f272 from "./scenarios/devdax.c";
import f273 from "./scenarios/device.c";
import f274 from "./scenarios/device_folio.c";
import f275 from "./scenarios/devices.c";
import f276 from "./scenarios/devices.h";
import f277 from "./scenarios/devmem.c";
import f278 from "./scenarios/dm.c";
import f279 from "./scenarios/dma.c";
import f280 from "./scenarios/driver.c";
import f281 from "./scenarios/durable.c";
import f282 from "./scenarios/entries.c";
import f283 from "./scenarios/erofs.c";
import f284 from "./scenarios/fstests.c";
import f285 from "./scenarios/holes.c";
import f286 from "./scenarios/kmem.c";
import f287 from "./scenarios/kvm.c";
import f288 from "./scenarios/labels.c";
import f289 from "./scenarios/mapping.c";
import f290 from "./scenarios/migrate_device.c";
import f291 from "./scenarios/ndctl.c";
import f292 from "./scenarios/p2pdma.c";
import f293 from "./scenarios/parts.c";
import f294 from "./scenarios/pgmap.c";
import f295 from "./scenarios/races.c";
import f296 from "./scenarios/races_holder.c";
import f297 from "./scenarios/reflink.c";
import f298 from "./scenarios/scenario.h";
import f299 from "./scenarios/sync_truncate.c";
import f300 from "./scenarios/virtio.c";
import f301 from "./scenarios/virtiofs.c";
import f302 from "./scenarios/virtiofs_ranges.c";
import f303 from "./scenarios/vmemmap.c";
import f304 from "./scenarios/xfs_failure.c";
import f305 from "./virt/kvm/kvm_main.c";

export const referenceFiles: readonly { readonly path: string; readonly text: string }[] = [
  { path: "arch/x86/lib/usercopy_64.c", text: f0 },
  { path: "arch/x86/mm/init_64.c", text: f1 },
  { path: "block/badblocks.c", text: f2 },
  { path: "block/blk-core.c", text: f3 },
  { path: "block/genhd.c", text: f4 },
  { path: "drivers/base/base.h", text: f5 },
  { path: "drivers/base/core.c", text: f6 },
  { path: "drivers/base/dd.c", text: f7 },
  { path: "drivers/base/devres.c", text: f8 },
  { path: "drivers/base/platform.c", text: f9 },
  { path: "drivers/char/mem.c", text: f10 },
  { path: "drivers/dax/bus.c", text: f11 },
  { path: "drivers/dax/bus.h", text: f12 },
  { path: "drivers/dax/dax-private.h", text: f13 },
  { path: "drivers/dax/device.c", text: f14 },
  { path: "drivers/dax/fsdev.c", text: f15 },
  { path: "drivers/dax/hmem/hmem.c", text: f16 },
  { path: "drivers/dax/kmem.c", text: f17 },
  { path: "drivers/dax/pmem.c", text: f18 },
  { path: "drivers/dax/super.c", text: f19 },
  { path: "drivers/md/dm-core.h", text: f20 },
  { path: "drivers/md/dm-linear.c", text: f21 },
  { path: "drivers/md/dm-table.c", text: f22 },
  { path: "drivers/md/dm.c", text: f23 },
  { path: "drivers/nvdimm/badrange.c", text: f24 },
  { path: "drivers/nvdimm/btt.c", text: f25 },
  { path: "drivers/nvdimm/btt.h", text: f26 },
  { path: "drivers/nvdimm/bus.c", text: f27 },
  { path: "drivers/nvdimm/dimm_devs.c", text: f28 },
  { path: "drivers/nvdimm/label.c", text: f29 },
  { path: "drivers/nvdimm/label.h", text: f30 },
  { path: "drivers/nvdimm/nd_virtio.c", text: f31 },
  { path: "drivers/nvdimm/pfn_devs.c", text: f32 },
  { path: "drivers/nvdimm/pmem.c", text: f33 },
  { path: "drivers/nvdimm/pmem.h", text: f34 },
  { path: "drivers/nvdimm/virtio_pmem.h", text: f35 },
  { path: "drivers/pci/p2pdma.c", text: f36 },
  { path: "drivers/s390/block/dcssblk.c", text: f37 },
  { path: "drivers/virtio/virtio_ring.c", text: f38 },
  { path: "fs/char_dev.c", text: f39 },
  { path: "fs/dax.c", text: f40 },
  { path: "fs/erofs/data.c", text: f41 },
  { path: "fs/erofs/internal.h", text: f42 },
  { path: "fs/erofs/super.c", text: f43 },
  { path: "fs/ext4/ext4.h", text: f44 },
  { path: "fs/ext4/file.c", text: f45 },
  { path: "fs/ext4/inode.c", text: f46 },
  { path: "fs/ext4/super.c", text: f47 },
  { path: "fs/fsc_boot.c", text: f48 },
  { path: "fs/fscfs.c", text: f49 },
  { path: "fs/fscfs.h", text: f50 },
  { path: "fs/fuse/dax.c", text: f51 },
  { path: "fs/fuse/dev.c", text: f52 },
  { path: "fs/fuse/dir.c", text: f53 },
  { path: "fs/fuse/file.c", text: f54 },
  { path: "fs/fuse/fuse_i.h", text: f55 },
  { path: "fs/fuse/inode.c", text: f56 },
  { path: "fs/fuse/virtio_fs.c", text: f57 },
  { path: "fs/fuse/virtio_fs.h", text: f58 },
  { path: "fs/fuse/window.c", text: f59 },
  { path: "fs/fuse/window.h", text: f60 },
  { path: "fs/inode.c", text: f61 },
  { path: "fs/iomap/iter.c", text: f62 },
  { path: "fs/xfs/fsc_rmap.c", text: f63 },
  { path: "fs/xfs/xfs_inode.c", text: f64 },
  { path: "fs/xfs/xfs_inode.h", text: f65 },
  { path: "fs/xfs/xfs_mount.h", text: f66 },
  { path: "fs/xfs/xfs_notify_failure.c", text: f67 },
  { path: "fs/xfs/xfs_super.c", text: f68 },
  { path: "include/asm/cacheflush.h", text: f69 },
  { path: "include/asm/extmem.h", text: f70 },
  { path: "include/asm/page.h", text: f71 },
  { path: "include/asm/pgalloc.h", text: f72 },
  { path: "include/asm/pgtable.h", text: f73 },
  { path: "include/asm/tlb.h", text: f74 },
  { path: "include/asm/tlbflush.h", text: f75 },
  { path: "include/asm-generic/tlb.h", text: f76 },
  { path: "include/folioscope.h", text: f77 },
  { path: "include/linux/align.h", text: f78 },
  { path: "include/linux/array_size.h", text: f79 },
  { path: "include/linux/atomic.h", text: f80 },
  { path: "include/linux/backing-dev.h", text: f81 },
  { path: "include/linux/badblocks.h", text: f82 },
  { path: "include/linux/bitmap.h", text: f83 },
  { path: "include/linux/bitops.h", text: f84 },
  { path: "include/linux/bits.h", text: f85 },
  { path: "include/linux/blk_types.h", text: f86 },
  { path: "include/linux/blkdev.h", text: f87 },
  { path: "include/linux/buffer_head.h", text: f88 },
  { path: "include/linux/bug.h", text: f89 },
  { path: "include/linux/build_bug.h", text: f90 },
  { path: "include/linux/cache.h", text: f91 },
  { path: "include/linux/cdev.h", text: f92 },
  { path: "include/linux/cleanup.h", text: f93 },
  { path: "include/linux/compiler.h", text: f94 },
  { path: "include/linux/completion.h", text: f95 },
  { path: "include/linux/const.h", text: f96 },
  { path: "include/linux/container_of.h", text: f97 },
  { path: "include/linux/dax.h", text: f98 },
  { path: "include/linux/delay.h", text: f99 },
  { path: "include/linux/device-mapper.h", text: f100 },
  { path: "include/linux/device.h", text: f101 },
  { path: "include/linux/err.h", text: f102 },
  { path: "include/linux/errno.h", text: f103 },
  { path: "include/linux/export.h", text: f104 },
  { path: "include/linux/falloc.h", text: f105 },
  { path: "include/linux/fs.h", text: f106 },
  { path: "include/linux/fsc_devmem.h", text: f107 },
  { path: "include/linux/fsc_pfn.h", text: f108 },
  { path: "include/linux/fsc_radix.h", text: f109 },
  { path: "include/linux/genalloc.h", text: f110 },
  { path: "include/linux/genhd.h", text: f111 },
  { path: "include/linux/gfp.h", text: f112 },
  { path: "include/linux/hash.h", text: f113 },
  { path: "include/linux/highmem.h", text: f114 },
  { path: "include/linux/huge_mm.h", text: f115 },
  { path: "include/linux/hugetlb.h", text: f116 },
  { path: "include/linux/idr.h", text: f117 },
  { path: "include/linux/init.h", text: f118 },
  { path: "include/linux/instrumentation.h", text: f119 },
  { path: "include/linux/interrupt.h", text: f120 },
  { path: "include/linux/interval_tree.h", text: f121 },
  { path: "include/linux/io.h", text: f122 },
  { path: "include/linux/iomap.h", text: f123 },
  { path: "include/linux/ioport.h", text: f124 },
  { path: "include/linux/irqflags.h", text: f125 },
  { path: "include/linux/jbd2.h", text: f126 },
  { path: "include/linux/jiffies.h", text: f127 },
  { path: "include/linux/jump_label.h", text: f128 },
  { path: "include/linux/kconfig.h", text: f129 },
  { path: "include/linux/kdev_t.h", text: f130 },
  { path: "include/linux/kernel.h", text: f131 },
  { path: "include/linux/kobject.h", text: f132 },
  { path: "include/linux/kref.h", text: f133 },
  { path: "include/linux/ksm.h", text: f134 },
  { path: "include/linux/kstrtox.h", text: f135 },
  { path: "include/linux/kvm_host.h", text: f136 },
  { path: "include/linux/leafops.h", text: f137 },
  { path: "include/linux/limits.h", text: f138 },
  { path: "include/linux/list.h", text: f139 },
  { path: "include/linux/local_lock.h", text: f140 },
  { path: "include/linux/lockdep.h", text: f141 },
  { path: "include/linux/log2.h", text: f142 },
  { path: "include/linux/math.h", text: f143 },
  { path: "include/linux/math64.h", text: f144 },
  { path: "include/linux/memcontrol.h", text: f145 },
  { path: "include/linux/memory-tiers.h", text: f146 },
  { path: "include/linux/memory.h", text: f147 },
  { path: "include/linux/memory_hotplug.h", text: f148 },
  { path: "include/linux/memregion.h", text: f149 },
  { path: "include/linux/memremap.h", text: f150 },
  { path: "include/linux/migrate.h", text: f151 },
  { path: "include/linux/migrate_mode.h", text: f152 },
  { path: "include/linux/minmax.h", text: f153 },
  { path: "include/linux/mm.h", text: f154 },
  { path: "include/linux/mm_inline.h", text: f155 },
  { path: "include/linux/mm_types.h", text: f156 },
  { path: "include/linux/mmap_lock.h", text: f157 },
  { path: "include/linux/mmdebug.h", text: f158 },
  { path: "include/linux/mmu_notifier.h", text: f159 },
  { path: "include/linux/mmzone.h", text: f160 },
  { path: "include/linux/module.h", text: f161 },
  { path: "include/linux/moduleparam.h", text: f162 },
  { path: "include/linux/mount.h", text: f163 },
  { path: "include/linux/mutex.h", text: f164 },
  { path: "include/linux/nd.h", text: f165 },
  { path: "include/linux/numa.h", text: f166 },
  { path: "include/linux/overflow.h", text: f167 },
  { path: "include/linux/page-flags.h", text: f168 },
  { path: "include/linux/page_ref.h", text: f169 },
  { path: "include/linux/pagemap.h", text: f170 },
  { path: "include/linux/pagevec.h", text: f171 },
  { path: "include/linux/pagewalk.h", text: f172 },
  { path: "include/linux/panic.h", text: f173 },
  { path: "include/linux/pci.h", text: f174 },
  { path: "include/linux/percpu-refcount.h", text: f175 },
  { path: "include/linux/pfn.h", text: f176 },
  { path: "include/linux/pfn_t.h", text: f177 },
  { path: "include/linux/pgalloc.h", text: f178 },
  { path: "include/linux/pgtable.h", text: f179 },
  { path: "include/linux/platform_device.h", text: f180 },
  { path: "include/linux/poison.h", text: f181 },
  { path: "include/linux/preempt.h", text: f182 },
  { path: "include/linux/printk.h", text: f183 },
  { path: "include/linux/pseudo_fs.h", text: f184 },
  { path: "include/linux/radix-tree.h", text: f185 },
  { path: "include/linux/range.h", text: f186 },
  { path: "include/linux/rbtree.h", text: f187 },
  { path: "include/linux/rcupdate.h", text: f188 },
  { path: "include/linux/refcount.h", text: f189 },
  { path: "include/linux/rmap.h", text: f190 },
  { path: "include/linux/rwlock.h", text: f191 },
  { path: "include/linux/rwsem.h", text: f192 },
  { path: "include/linux/scatterlist.h", text: f193 },
  { path: "include/linux/sched/mm.h", text: f194 },
  { path: "include/linux/sched/signal.h", text: f195 },
  { path: "include/linux/sched/task.h", text: f196 },
  { path: "include/linux/sched.h", text: f197 },
  { path: "include/linux/seqlock.h", text: f198 },
  { path: "include/linux/set_memory.h", text: f199 },
  { path: "include/linux/sizes.h", text: f200 },
  { path: "include/linux/slab.h", text: f201 },
  { path: "include/linux/smp.h", text: f202 },
  { path: "include/linux/spinlock.h", text: f203 },
  { path: "include/linux/spinlock_types.h", text: f204 },
  { path: "include/linux/sprintf.h", text: f205 },
  { path: "include/linux/srcu.h", text: f206 },
  { path: "include/linux/stat.h", text: f207 },
  { path: "include/linux/stdarg.h", text: f208 },
  { path: "include/linux/stddef.h", text: f209 },
  { path: "include/linux/string.h", text: f210 },
  { path: "include/linux/swap.h", text: f211 },
  { path: "include/linux/swapops.h", text: f212 },
  { path: "include/linux/tracepoint.h", text: f213 },
  { path: "include/linux/types.h", text: f214 },
  { path: "include/linux/uio.h", text: f215 },
  { path: "include/linux/userfaultfd_k.h", text: f216 },
  { path: "include/linux/uuid.h", text: f217 },
  { path: "include/linux/virtio.h", text: f218 },
  { path: "include/linux/vmalloc.h", text: f219 },
  { path: "include/linux/vmstat.h", text: f220 },
  { path: "include/linux/wait.h", text: f221 },
  { path: "include/linux/wait_bit.h", text: f222 },
  { path: "include/linux/wordpart.h", text: f223 },
  { path: "include/linux/workqueue.h", text: f224 },
  { path: "include/linux/writeback.h", text: f225 },
  { path: "include/linux/xarray.h", text: f226 },
  { path: "include/trace/events/fs_dax.h", text: f227 },
  { path: "kernel/resource.c", text: f228 },
  { path: "kernel/sched/wait.c", text: f229 },
  { path: "kernel/workqueue.c", text: f230 },
  { path: "lib/fsc_devmem.c", text: f231 },
  { path: "lib/idr.c", text: f232 },
  { path: "lib/interval_tree.c", text: f233 },
  { path: "lib/iov_iter.c", text: f234 },
  { path: "lib/kobject.c", text: f235 },
  { path: "lib/memregion.c", text: f236 },
  { path: "lib/percpu-refcount.c", text: f237 },
  { path: "lib/string.c", text: f238 },
  { path: "lib/vsprintf.c", text: f239 },
  { path: "lib/xarray.c", text: f240 },
  { path: "mm/filemap.c", text: f241 },
  { path: "mm/fsc_mm.c", text: f242 },
  { path: "mm/gup.c", text: f243 },
  { path: "mm/huge_memory.c", text: f244 },
  { path: "mm/internal.h", text: f245 },
  { path: "mm/interval_tree.c", text: f246 },
  { path: "mm/memory-failure.c", text: f247 },
  { path: "mm/memory.c", text: f248 },
  { path: "mm/memory_hotplug.c", text: f249 },
  { path: "mm/memremap.c", text: f250 },
  { path: "mm/migrate.c", text: f251 },
  { path: "mm/migrate_device.c", text: f252 },
  { path: "mm/mlock.c", text: f253 },
  { path: "mm/mm_init.c", text: f254 },
  { path: "mm/mmu_gather.c", text: f255 },
  { path: "mm/page-writeback.c", text: f256 },
  { path: "mm/page_alloc.c", text: f257 },
  { path: "mm/pagewalk.c", text: f258 },
  { path: "mm/rmap.c", text: f259 },
  { path: "mm/slab_common.c", text: f260 },
  { path: "mm/sparse-vmemmap.c", text: f261 },
  { path: "mm/swap.c", text: f262 },
  { path: "mm/truncate.c", text: f263 },
  { path: "scenarios/altmap.c", text: f264 },
  { path: "scenarios/badblocks.c", text: f265 },
  { path: "scenarios/badrange.c", text: f266 },
  { path: "scenarios/btt.c", text: f267 },
  { path: "scenarios/catalogue.c", text: f268 },
  { path: "scenarios/common.c", text: f269 },
  { path: "scenarios/daxfiles.c", text: f270 },
  { path: "scenarios/dcss.c", text: f271 },
  { path: "scenarios/devdax.c", text: f272 },
  { path: "scenarios/device.c", text: f273 },
  { path: "scenarios/device_folio.c", text: f274 },
  { path: "scenarios/devices.c", text: f275 },
  { path: "scenarios/devices.h", text: f276 },
  { path: "scenarios/devmem.c", text: f277 },
  { path: "scenarios/dm.c", text: f278 },
  { path: "scenarios/dma.c", text: f279 },
  { path: "scenarios/driver.c", text: f280 },
  { path: "scenarios/durable.c", text: f281 },
  { path: "scenarios/entries.c", text: f282 },
  { path: "scenarios/erofs.c", text: f283 },
  { path: "scenarios/fstests.c", text: f284 },
  { path: "scenarios/holes.c", text: f285 },
  { path: "scenarios/kmem.c", text: f286 },
  { path: "scenarios/kvm.c", text: f287 },
  { path: "scenarios/labels.c", text: f288 },
  { path: "scenarios/mapping.c", text: f289 },
  { path: "scenarios/migrate_device.c", text: f290 },
  { path: "scenarios/ndctl.c", text: f291 },
  { path: "scenarios/p2pdma.c", text: f292 },
  { path: "scenarios/parts.c", text: f293 },
  { path: "scenarios/pgmap.c", text: f294 },
  { path: "scenarios/races.c", text: f295 },
  { path: "scenarios/races_holder.c", text: f296 },
  { path: "scenarios/reflink.c", text: f297 },
  { path: "scenarios/scenario.h", text: f298 },
  { path: "scenarios/sync_truncate.c", text: f299 },
  { path: "scenarios/virtio.c", text: f300 },
  { path: "scenarios/virtiofs.c", text: f301 },
  { path: "scenarios/virtiofs_ranges.c", text: f302 },
  { path: "scenarios/vmemmap.c", text: f303 },
  { path: "scenarios/xfs_failure.c", text: f304 },
  { path: "virt/kvm/kvm_main.c", text: f305 },
];
