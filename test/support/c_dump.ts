/**
 * Syntax trees as short text, for the tests of the C front end: expressions fully parenthesised, declarators read aloud.
 * Leaves out: locations, storage of what the tests do not ask about.
 */

import type {
  CompoundStmt,
  Declaration,
  Declarator,
  DeclSpecs,
  Expr,
  External,
  Init,
  TypeName,
} from "../../emulator/c/ast.ts";

/** A declarator read from its name outwards, as `x: array 3 of pointer to int`. */
export function dumpDeclarator(specs: DeclSpecs, declarator: Declarator): string {
  let text = declarator.name === null ? "" : `${declarator.name}: `;
  for (const part of declarator.parts) {
    if (part.kind === "pointer") {
      text += `${part.isConst ? "const " : ""}${part.isVolatile ? "volatile " : ""}pointer to `;
    } else if (part.kind === "array") {
      const size = part.star ? "*" : part.size === null ? "" : dumpExpr(part.size);
      text += `array ${part.isStatic ? "static " : ""}${size === "" ? "" : `${size} `}of `;
    } else {
      const params = part.params.map((param) => dumpDeclarator(param.specs, param.declarator));
      if (part.variadic) params.push("...");
      const inside = part.krNames !== null ? `names ${part.krNames.join(" ")}` : params.join(", ");
      text += `function(${part.noPrototype && part.krNames === null ? "?" : inside}) returning `;
    }
  }
  text += dumpSpecs(specs);
  if (declarator.attrs.length > 0) text += ` [[${dumpAttrs(declarator.attrs)}]]`;
  return declarator.asmName === null ? text : `${text} asm ${declarator.asmName}`;
}

function dumpAttrs(attrs: Declarator["attrs"]): string {
  return attrs
    .map((attr) => attr.name + (attr.args.length > 0 ? `(${attr.args.map(dumpExpr).join(", ")})` : ""))
    .join(" ");
}

/** Specifiers in a fixed order. */
export function dumpSpecs(specs: DeclSpecs): string {
  const words: string[] = [];
  if (specs.storage !== null) words.push(specs.storage);
  if (specs.threadLocal) words.push("thread");
  if (specs.inline) words.push("inline");
  if (specs.noreturn) words.push("noreturn");
  if (specs.isConst) words.push("const");
  if (specs.isVolatile) words.push("volatile");
  if (specs.isAtomic) words.push("atomic");
  for (const align of specs.alignas)
    words.push(`alignas(${"kind" in align ? dumpExpr(align) : dumpType(align)})`);
  const { type } = specs;
  switch (type.kind) {
    case "builtin":
      words.push(specs.implicitInt ? "implicit-int" : type.words.join(" "));
      break;
    case "typedef":
      words.push(`<${type.name}>`);
      break;
    case "struct":
    case "union": {
      words.push(type.kind + (type.tag === null ? "" : ` ${type.tag}`));
      if (type.members !== null) {
        const members = type.members.map((member) => {
          const names = member.declarators.map(({ declarator, bitWidth }) => {
            return (
              dumpDeclarator(member.specs, declarator) + (bitWidth === null ? "" : ` : ${dumpExpr(bitWidth)}`)
            );
          });
          return names.length === 0 ? dumpSpecs(member.specs) : names.join(", ");
        });
        words.push(`{ ${members.join("; ")} }`);
      }
      if (type.attrs.length > 0) words.push(`[[${dumpAttrs(type.attrs)}]]`);
      break;
    }
    case "enum": {
      words.push(type.tag === null ? "enum" : `enum ${type.tag}`);
      const items = type.items?.map(
        (item) => item.name + (item.value === null ? "" : `=${dumpExpr(item.value)}`),
      );
      if (items !== undefined) words.push(`{ ${items.join(", ")} }`);
      break;
    }
    case "typeofExpr":
      words.push(`typeof${type.unqual ? "_unqual" : ""} ${dumpExpr(type.expr)}`);
      break;
    case "typeofType":
      words.push(`typeof${type.unqual ? "_unqual" : ""} {${dumpType(type.type)}}`);
      break;
    case "auto":
      words.push("__auto_type");
  }
  if (specs.attrs.length > 0) words.push(`[[${dumpAttrs(specs.attrs)}]]`);
  return words.join(" ");
}

export function dumpType(type: TypeName): string {
  return dumpDeclarator(type.specs, type.declarator);
}

/** An expression with every operator in parentheses. */
export function dumpExpr(expr: Expr): string {
  switch (expr.kind) {
    case "int":
      return expr.type === "int" ? `${expr.value}` : `${expr.value}:${expr.type.replace("unsigned", "u")}`;
    case "float":
      return `${expr.value}:${expr.type}${expr.imaginary ? " i" : ""}`;
    case "string":
      return `${expr.width === "char" ? "" : expr.width}${JSON.stringify(String.fromCharCode(...expr.units))}`;
    case "ident":
      return expr.name;
    case "unary":
      return expr.op.startsWith("post")
        ? `(${dumpExpr(expr.operand)}${expr.op.slice(4)})`
        : `(${expr.op} ${dumpExpr(expr.operand)})`;
    case "binary":
    case "assign":
      return `(${dumpExpr(expr.left)} ${expr.op} ${dumpExpr(expr.right)})`;
    case "comma":
      return `(${dumpExpr(expr.left)} , ${dumpExpr(expr.right)})`;
    case "cond":
      return `(${dumpExpr(expr.test)} ? ${expr.then === null ? "" : dumpExpr(expr.then)} : ${dumpExpr(expr.else)})`;
    case "call":
      return `${dumpExpr(expr.callee)}(${expr.args.map(dumpExpr).join(", ")})`;
    case "member":
      return `${dumpExpr(expr.object)}${expr.arrow ? "->" : "."}${expr.name}`;
    case "index":
      return `${dumpExpr(expr.object)}[${dumpExpr(expr.index)}]`;
    case "cast":
      return `(cast {${dumpType(expr.type)}} ${dumpExpr(expr.operand)})`;
    case "compound":
      return `(compound {${dumpType(expr.type)}} ${dumpInit(expr.init)})`;
    case "sizeofExpr":
    case "alignofExpr":
      return `(${expr.kind.slice(0, -4)} ${dumpExpr(expr.operand)})`;
    case "sizeofType":
    case "alignofType":
      return `(${expr.kind.slice(0, -4)} {${dumpType(expr.type)}})`;
    case "stmtExpr":
      return `(${dumpStmt(expr.body)})`;
    case "labelAddr":
      return `(&& ${expr.label})`;
    case "generic": {
      const assocs = expr.assocs.map(
        (a) => `${a.type === null ? "default" : `{${dumpType(a.type)}}`}: ${dumpExpr(a.expr)}`,
      );
      return `(generic ${dumpExpr(expr.control)}, ${assocs.join(", ")})`;
    }
    case "offsetof": {
      const path = expr.path.map((step) => (typeof step === "string" ? `.${step}` : `[${dumpExpr(step)}]`));
      return `(offsetof {${dumpType(expr.type)}} ${path.join("")})`;
    }
    case "typesCompatible":
      return `(compatible {${dumpType(expr.a)}} {${dumpType(expr.b)}})`;
    case "vaArg":
      return `(va_arg ${dumpExpr(expr.list)} {${dumpType(expr.type)}})`;
    case "chooseExpr":
      return `(choose ${dumpExpr(expr.test)} ${dumpExpr(expr.then)} ${dumpExpr(expr.else)})`;
  }
}

export function dumpInit(init: Init): string {
  if (init.kind !== "initList") return dumpExpr(init);
  const items = init.items.map(({ designators, init: value }) => {
    const path = designators.map((d) => {
      if (d.kind === "field") return `.${d.name}`;
      return d.to === null ? `[${dumpExpr(d.index)}]` : `[${dumpExpr(d.index)} ... ${dumpExpr(d.to)}]`;
    });
    return path.length === 0 ? dumpInit(value) : `${path.join("")}=${dumpInit(value)}`;
  });
  return `{${items.join(", ")}}`;
}

export function dumpDeclaration(declaration: Declaration): string {
  if (declaration.items.length === 0) return `decl ${dumpSpecs(declaration.specs)}`;
  const items = declaration.items.map(({ declarator, init }) => {
    return dumpDeclarator(declaration.specs, declarator) + (init === null ? "" : ` = ${dumpInit(init)}`);
  });
  return `decl ${items.join(" | ")}`;
}

type BlockItem = CompoundStmt["items"][number];

export function dumpStmt(stmt: BlockItem): string {
  switch (stmt.kind) {
    case "declaration":
      return dumpDeclaration(stmt);
    case "function":
    case "staticAssert":
      return dumpExternal(stmt);
    case "block": {
      const labels = stmt.localLabels.length > 0 ? `labels ${stmt.localLabels.join(" ")}; ` : "";
      return `{ ${labels}${stmt.items.map(dumpStmt).join("; ")} }`;
    }
    case "expr":
      return stmt.expr === null ? "empty" : dumpExpr(stmt.expr);
    case "if":
      return `if ${dumpExpr(stmt.test)} ${dumpStmt(stmt.then)}${stmt.else === null ? "" : ` else ${dumpStmt(stmt.else)}`}`;
    case "while":
      return `while ${dumpExpr(stmt.test)} ${dumpStmt(stmt.body)}`;
    case "do":
      return `do ${dumpStmt(stmt.body)} while ${dumpExpr(stmt.test)}`;
    case "for": {
      const init =
        stmt.init === null
          ? ""
          : stmt.init.kind === "declaration"
            ? dumpDeclaration(stmt.init)
            : dumpExpr(stmt.init);
      const test = stmt.test === null ? "" : dumpExpr(stmt.test);
      return `for (${init}; ${test}; ${stmt.step === null ? "" : dumpExpr(stmt.step)}) ${dumpStmt(stmt.body)}`;
    }
    case "switch":
      return `switch ${dumpExpr(stmt.test)} ${dumpStmt(stmt.body)}`;
    case "case":
      return `case ${dumpExpr(stmt.value)}${stmt.to === null ? "" : ` ... ${dumpExpr(stmt.to)}`}: ${dumpStmt(stmt.body)}`;
    case "default":
      return `default: ${dumpStmt(stmt.body)}`;
    case "label":
      return `${stmt.name}: ${dumpStmt(stmt.body)}`;
    case "goto":
      return `goto ${stmt.label}`;
    case "gotoPtr":
      return `goto *${dumpExpr(stmt.target)}`;
    case "break":
    case "continue":
      return stmt.kind;
    case "return":
      return stmt.value === null ? "return" : `return ${dumpExpr(stmt.value)}`;
    case "asm": {
      const sides = [stmt.outputs.map(dumpExpr).join(", "), stmt.inputs.map(dumpExpr).join(", ")];
      return `asm ${JSON.stringify(stmt.text)} (${sides.join(" : ")})${stmt.labels?.length ? ` goto ${stmt.labels}` : ""}`;
    }
  }
}

export function dumpExternal(external: External): string {
  switch (external.kind) {
    case "declaration":
      return dumpDeclaration(external);
    case "staticAssert":
      return `static_assert ${dumpExpr(external.test)} ${JSON.stringify(external.message)}`;
    case "asmTop":
      return `asm ${JSON.stringify(external.text)}`;
    case "function": {
      const kr = external.krDecls.map((declaration) => ` ${dumpDeclaration(declaration)};`).join("");
      return `${dumpDeclarator(external.specs, external.declarator)}${kr} ${dumpStmt(external.body)}`;
    }
  }
}
