/**
 * What a native sees of the call in progress: one object for all calls of a machine. Leaves out what natives are for
 * (native.ts) and the machine itself (vm.ts).
 */
import type { Loc } from "../c/ast.ts";
import { type Memory, MemoryFault } from "../mem/memory.ts";
import type { NativeContext } from "./native.ts";
import type { Site, StopReason } from "./stop_reason.ts";
import type { Task } from "./task.ts";
import type { Vm } from "./vm.ts";

export class Context implements NativeContext {
  private readonly vm: Vm;
  private current: Task | null = null;
  private base = 0;
  nargs = 0;
  loc: Loc = { file: 0, line: 0, col: 0 };
  constructor(vm: Vm) {
    this.vm = vm;
  }
  enter(task: Task, base: number, nargs: number, loc: Loc): NativeContext {
    this.current = task;
    this.base = base;
    this.nargs = nargs;
    this.loc = loc;
    return this;
  }
  get memory(): Memory {
    return this.vm.memory;
  }
  get task(): number {
    return this.current!.id;
  }
  int(i: number): bigint {
    return this.current!.regs[this.base + i]!;
  }
  num(i: number): number {
    const at = (this.base + i) << 1;
    const words = this.current!.regs32;
    return words[at + 1]! * 4294967296 + (words[at]! >>> 0);
  }
  addr(i: number): bigint {
    return BigInt.asUintN(64, this.current!.regs[this.base + i]!);
  }
  float(i: number): number {
    return this.current!.regsF[this.base + i]!;
  }
  ret(value: bigint | number): void {
    if (typeof value === "number" && value === (value | 0)) {
      const words = this.current!.regs32;
      words[this.base << 1] = value;
      words[(this.base << 1) + 1] = value >> 31;
    } else
      this.current!.regs[this.base] = typeof value === "bigint" ? BigInt.asIntN(64, value) : BigInt(value);
  }
  word(i: number, high: boolean): number {
    return this.current!.regs32[((this.base + i) << 1) + (high ? 1 : 0)]!;
  }
  retFloat(value: number): void {
    this.current!.regsF[this.base] = value;
  }
  stop(reason: StopReason): never {
    const { kind, message, address = 0n, object, status } = reason;
    const fault = new MemoryFault(kind, message, address, object, status);
    fault.rule = reason.rule;
    throw fault;
  }
  site(): Site | null {
    return this.vm.site();
  }
  savePoint(): readonly number[] {
    const t = this.current!;
    return [t.depth, t.fp, t.pc, t.frameBase, t.sp, this.base - t.fp, t.fn!.id, this.vm.nesting];
  }
  jumpTo(point: readonly number[], value: bigint): boolean {
    return this.vm.unwind(this.current!, point, value);
  }
  jumpOut(frame: bigint, label: bigint): boolean {
    return this.vm.unwindTo(this.current!, frame, label);
  }
  call(address: bigint, args: readonly bigint[]): bigint {
    const { current, base, nargs, loc } = this;
    const result = this.vm.callNested(current!, address, args);
    this.enter(current!, base, nargs, loc);
    return result;
  }
}
