/**
 * Links layers of C given as text and runs a function of the result: the harness of the linker's tests. Leaves out
 * headers and natives; a file's macros are its own.
 */
import type { SourceFile } from "../../emulator/c/ast.ts";
import { linkImage } from "../../emulator/c/link.ts";
import { MacroTable } from "../../emulator/c/macro_table.ts";
import { parse } from "../../emulator/c/parser.ts";
import { preprocess } from "../../emulator/c/preprocessor.ts";
import { Memory } from "../../emulator/mem/memory.ts";
import type { Fidelity, Image } from "../../emulator/vm/image.ts";
import type { NativeFunction } from "../../emulator/vm/native.ts";
import { type RunEnd, Vm } from "../../emulator/vm/vm.ts";

export interface TextLayer {
  readonly fidelity: Fidelity;
  /** Text by path. */
  readonly files: Readonly<Record<string, string>>;
}

export interface LayerOptions {
  readonly natives?: ReadonlyMap<string, NativeFunction>;
  readonly stubMode?: "record" | "stop";
  readonly coverage?: (path: string, fidelity: Fidelity) => boolean;
}

/** Parses and links; typedefs of every file are known in all others, as the real loaders arrange it. */
export function linkLayers(layers: readonly TextLayer[], options: LayerOptions = {}): Image {
  const files: SourceFile[] = [];
  const typedefs = new Set<string>();
  // Lower layers first, headers before sources: later files may use their types.
  const parsed = new Map<string, ReturnType<typeof parse>>();
  const macrosOf = new Map<string, MacroTable>();
  layers.toReversed().forEach((layer, up) => {
    const paths = Object.keys(layer.files).sort(
      (a, b) => Number(b.endsWith(".h")) - Number(a.endsWith(".h")),
    );
    for (const path of paths) {
      const macros = new MacroTable();
      const source: SourceFile = { path, text: layer.files[path]!, origin: "diff" };
      const pre = preprocess(source, { files, macros, resolve: () => null, missingInclude: "ignore" });
      const tu = parse(pre.tokens, {
        typedefs: new Set(typedefs),
        unknownTypes: "assume",
        lazyBodies: true,
      });
      for (const t of tu.typedefs) typedefs.add(t);
      parsed.set(`${layers.length - 1 - up}:${path}`, tu);
      macrosOf.set(`${layers.length - 1 - up}:${path}`, macros);
    }
  });
  return linkImage({
    layers: layers.map((layer, i) => ({
      fidelity: layer.fidelity,
      units: Object.keys(layer.files).map((path) => ({
        path,
        tu: parsed.get(`${i}:${path}`)!,
        macros: macrosOf.get(`${i}:${path}`)!,
      })),
    })),
    files,
    natives: new Set(options.natives?.keys() ?? []),
    stubMode: options.stubMode ?? "record",
    ...(options.coverage === undefined ? {} : { coverage: options.coverage }),
  });
}

export interface CallResult {
  readonly end: RunEnd;
  readonly value: bigint;
  readonly vm: Vm;
}

/** Calls a function of the image with integer arguments. */
export function callFunction(
  image: Image,
  name: string,
  args: readonly bigint[] = [],
  natives: ReadonlyMap<string, NativeFunction> = new Map(),
): CallResult {
  const id = image.findFunction(name);
  if (id < 0) throw new Error(`there is no function ${name}`);
  const vm = new Vm({ image, memory: new Memory(16 << 20), natives, stepLimit: 10_000_000 });
  vm.spawn("test", id, args);
  const end = vm.run();
  return { end, value: vm.tasks[0]!.result, vm };
}
