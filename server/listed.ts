// Lists of things by what they have in common. Leaves out lists in which the same thing may not stand twice.

/** Things by their key, each list in the order in which they came. */
export function listed<K, V>(things: Iterable<V>, keyOf: (thing: V) => K): Map<K, V[]> {
  const out = new Map<K, V[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    const list = out.get(key);
    if (list === undefined) out.set(key, [thing]);
    else list.push(thing);
  }
  return out;
}
