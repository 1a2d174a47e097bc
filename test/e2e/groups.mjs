// Which cases are tried: those that arguments name, and a second time those that did not hold with what they build on. Leaves out
// what a case does.

/** Cases `[name, body, skip]` that build on earlier ones of their group, and on none of another but the very first of all. */
export const inGroup = (group, list) => list.map(([name, body, skip]) => ({ group, name, body, skip }));

/** The cases that one of `filters` names, by a part of their name or of their group's; all where there are none. */
export const named = (cases, filters) =>
  filters.length === 0
    ? cases
    : cases.filter(({ group, name }) => filters.some((f) => name.includes(f) || group.includes(f)));

/**
 * What is tried once more in an editor of its own: the first case, and of each group all up to the last that was missed; all, where
 * something was missed that is no case's but the whole session's.
 */
export function toRepeat(cases, missed) {
  if (missed.some((name) => !cases.some((c) => c.name === name))) return cases;
  const last = new Map();
  cases.forEach(({ group, name }, at) => {
    if (missed.includes(name)) last.set(group, at);
  });
  return cases.filter(({ group }, at) => at === 0 || at <= (last.get(group) ?? -1));
}
