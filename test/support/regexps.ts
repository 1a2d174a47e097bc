/**
 * The regular expressions of the code: every literal, and every `new RegExp` whose text can be told from constants, with the
 * place it stands at. TypeScript is first made JavaScript by esbuild, which leaves literals as they are, and then read by acorn.
 * What a pattern takes from a plain name (`${name}`) stands as a word in it: such a value must be escaped or a word. A
 * pattern of which some part is computed has no source here and is told as such.
 */
import { type AnyNode, type Expression, parse, type SpreadElement, type TemplateElement } from "acorn";
import { transformSync } from "esbuild";

export interface Pattern {
  /** The text between the slashes; null when it cannot be told. */
  readonly source: string | null;
  readonly flags: string;
  /** Of a literal the literal, of `new RegExp` the call, as it stands (spaces made one). */
  readonly text: string;
}

/** A word that stands for what is not constant. */
const HOLE = "hole";

/** Patterns of a module in the order in which they stand. */
export function patternsOf(code: string, loader: "ts" | "js" = "ts"): Pattern[] {
  const js = transformSync(code, { loader, target: "esnext", format: "esm" }).code;
  const program = parse(js, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true });
  const constants = new Map<string, Expression>();
  const found: Pattern[] = [];
  walk(program, (node) => {
    if (node.type === "VariableDeclaration" && node.kind === "const")
      for (const d of node.declarations)
        if (d.id.type === "Identifier" && d.init) constants.set(d.id.name, d.init);
  });
  walk(program, (node) => {
    if (node.type === "Literal" && node.regex !== undefined)
      found.push({ source: node.regex.pattern, flags: node.regex.flags, text: node.raw ?? "" });
    const called = node.type === "NewExpression" || node.type === "CallExpression";
    if (called && node.callee.type === "Identifier" && node.callee.name === "RegExp") {
      const [source, flags] = node.arguments;
      if (source?.type === "Literal" && source.regex !== undefined) return;
      found.push({
        source: source === undefined ? "" : fold(source, constants, 0),
        flags: (flags === undefined ? "" : fold(flags, constants, 0)) ?? "",
        text: js.slice(node.start, node.end).replace(/\s+/g, " "),
      });
    }
  });
  return found;
}

/** The text of an expression of constants; null when nothing of it can be told. */
function fold(
  node: Expression | SpreadElement,
  constants: ReadonlyMap<string, Expression>,
  depth: number,
): string | null {
  if (depth > 20) return null;
  const again = (n: Expression | SpreadElement) => fold(n, constants, depth + 1);
  /** A part of a text: a constant, or a word for a value that is a plain name. */
  const part = (n: Expression | SpreadElement) =>
    again(n) ?? (n.type === "Identifier" || n.type === "MemberExpression" ? HOLE : null);
  switch (node.type) {
    case "Literal":
      return node.regex?.pattern ?? String(node.value);
    case "TemplateLiteral": {
      const parts = node.quasis.map((q: TemplateElement) => q.value.cooked ?? "");
      return joined(parts, node.expressions.map(part));
    }
    case "Identifier": {
      const init = constants.get(node.name);
      return init === undefined ? null : again(init);
    }
    case "BinaryExpression": {
      if (node.operator !== "+" || node.left.type === "PrivateIdentifier") return null;
      const [left, right] = [part(node.left), part(node.right)];
      return left === null || right === null ? null : left + right;
    }
    case "MemberExpression":
      // A pattern's own text: `.source`.
      return node.property.type === "Identifier" &&
        node.property.name === "source" &&
        node.object.type !== "Super"
        ? again(node.object)
        : null;
    case "CallExpression": {
      const { callee } = node;
      if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return null;
      if (callee.property.name !== "join" || callee.object.type === "Super") return null;
      let list: Expression = callee.object;
      if (list.type === "Identifier") list = constants.get(list.name) ?? list;
      if (list.type !== "ArrayExpression") return null;
      const glue = node.arguments[0] === undefined ? "," : again(node.arguments[0]);
      const items = list.elements.map((e) => (e === null ? "" : part(e)));
      return glue === null || items.includes(null) ? null : items.join(glue);
    }
    default:
      return null;
  }
}

/** A template put together; null when a part of it cannot be told. */
function joined(texts: readonly string[], between: readonly (string | null)[]): string | null {
  if (between.includes(null)) return null;
  return texts.map((t, k) => t + (between[k] ?? "")).join("");
}

function walk(node: AnyNode, see: (node: AnyNode) => void): void {
  see(node);
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (child !== null && typeof child === "object" && typeof (child as AnyNode).type === "string")
        walk(child as AnyNode, see);
}
