/**
 * Which parameter combinations of a scenario a review runs when not asked for all: every pair of values of two
 * parameters at least once (greedy, deterministic). Most faults need one or two parameters to show. Leaves out the
 * combinations themselves (runner.ts).
 */
import { casesOf, type ScenarioCase, type ScenarioDef } from "./runner.ts";

/** Combinations up to this number are all run. */
const FEW = 4;

/** By scenario: each plan asks for all of them, several times. */
const COVERING = new WeakMap<ScenarioDef, readonly ScenarioCase[]>();

/** A subset of `casesOf(def)`, in the same order, that covers every pair of parameter values. */
export function coveringCases(def: ScenarioDef): readonly ScenarioCase[] {
  let cases = COVERING.get(def);
  if (cases === undefined) COVERING.set(def, (cases = covering(def)));
  return cases;
}

function covering(def: ScenarioDef): ScenarioCase[] {
  const all = casesOf(def);
  if (all.length <= FEW) return all;
  const pairs = all.map((c) => pairsOf(c));
  const uncovered = new Set(pairs.flat());
  const chosen = new Set<number>();
  while (uncovered.size > 0) {
    let best = -1;
    let gain = 0;
    pairs.forEach((own, i) => {
      if (chosen.has(i)) return;
      const n = own.reduce((sum, p) => sum + (uncovered.has(p) ? 1 : 0), 0);
      if (n > gain) {
        gain = n;
        best = i;
      }
    });
    if (best < 0) break;
    chosen.add(best);
    for (const p of pairs[best]!) uncovered.delete(p);
  }
  return all.filter((_c, i) => chosen.has(i));
}

function pairsOf(c: ScenarioCase): string[] {
  const values = [...c.params].map(([k, v]) => `${k}=${v}`);
  if (values.length === 1) return values;
  const out: string[] = [];
  for (let i = 0; i < values.length; i++)
    for (let k = i + 1; k < values.length; k++) out.push(`${values[i]} ${values[k]}`);
  return out;
}
