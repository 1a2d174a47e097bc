/** Goes through a tree of the front end whatever its nodes are. Leaves out what they mean. */

/** Tells of each object below a root once, those above before those below; `skip`: members that lead out of the tree. */
export function eachNode(root: object, skip: ReadonlySet<string>, tell: (node: object) => void): void {
  const seen = new Set<object>();
  const visit = (v: object): void => {
    if (seen.has(v)) return;
    seen.add(v);
    tell(v);
    for (const [name, inner] of Object.entries(v))
      if (!skip.has(name) && typeof inner === "object" && inner !== null) visit(inner);
  };
  visit(root);
}
