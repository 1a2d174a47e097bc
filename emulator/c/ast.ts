/**
 * The syntax tree of C as the parser leaves it: names unresolved, types unevaluated. It is the contract between
 * the front end (lexer, preprocessor, parser) and the back end (ctype, layout, lower). Leaves out: types of
 * expressions, scopes, constant values; the back end computes those.
 */

/** A place in a source file. `file` indexes the `SourceFile` table of the compilation; lines and columns are 1-based. */
export interface Loc {
  readonly file: number;
  readonly line: number;
  readonly col: number;
  /** For a token that a macro produced: where the macro was used (may itself have `via`). `file/line/col` are the spelling. */
  readonly via?: Loc;
  /** Name of the macro that produced the token, innermost. */
  readonly macro?: string;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** `reference`, `diff`, `tree`, `user` (exec) or `builtin` (our hosted headers). */
  readonly origin: "reference" | "diff" | "tree" | "user" | "builtin";
}

export interface CError {
  readonly loc: Loc;
  readonly message: string;
  readonly severity: "error" | "warning";
  /** `limit`: a bound on hostile input was reached (the source was not judged wrong). Absent: an ordinary error. */
  readonly code?: "limit";
}

// ---- types as written -------------------------------------------------------------------------------------------

export interface Attribute {
  readonly name: string; // without surrounding underscores: "packed", "aligned", "cleanup", "mode", ...
  readonly args: readonly Expr[]; // identifiers come as Ident
}

export type TypeSpec =
  /** Built-in specifier words, sorted as written: ["unsigned","long"], ["_Bool"], ["double"], ["__int128"], ["void"] ... */
  | { readonly kind: "builtin"; readonly words: readonly string[] }
  | { readonly kind: "typedef"; readonly name: string; readonly loc: Loc }
  | RecordSpec
  | EnumSpec
  /** `unqual`: written `typeof_unqual`. */
  | { readonly kind: "typeofExpr"; readonly expr: Expr; readonly unqual?: boolean }
  /** Also `_Atomic(T)`, with `isAtomic` set on the specifiers. */
  | { readonly kind: "typeofType"; readonly type: TypeName; readonly unqual?: boolean }
  | { readonly kind: "auto" }; // __auto_type

export interface RecordSpec {
  readonly kind: "struct" | "union";
  readonly tag: string | null;
  /** null: a reference `struct foo`; an array (perhaps empty): a definition. */
  readonly members: readonly MemberDecl[] | null;
  readonly attrs: readonly Attribute[];
  readonly loc: Loc;
}

/** One member declaration: `int a, b:3;`. No declarators: an anonymous struct or union member. */
export interface MemberDecl {
  readonly specs: DeclSpecs;
  readonly declarators: readonly { readonly declarator: Declarator; readonly bitWidth: Expr | null }[];
  readonly loc: Loc;
}

export interface EnumSpec {
  readonly kind: "enum";
  readonly tag: string | null;
  readonly items: readonly { readonly name: string; readonly value: Expr | null; readonly loc: Loc }[] | null;
  readonly attrs: readonly Attribute[];
  readonly loc: Loc;
}

export interface DeclSpecs {
  readonly storage: "typedef" | "extern" | "static" | "auto" | "register" | null;
  readonly threadLocal: boolean;
  readonly inline: boolean;
  readonly noreturn: boolean;
  readonly type: TypeSpec;
  readonly isConst: boolean;
  readonly isVolatile: boolean;
  readonly isAtomic: boolean;
  readonly alignas: readonly (TypeName | Expr)[];
  readonly attrs: readonly Attribute[];
  readonly loc: Loc;
  /** No type word at all was written (implicit int, K&R). `type` is then builtin ["int"]. */
  readonly implicitInt: boolean;
}

/**
 * Parts in reading order from the name outwards: `int *(*f[3])(int)` has name f and
 * parts [array 3, pointer, function(int), pointer]: "f is array 3 of pointer to function(int) returning pointer to" int.
 */
export interface Declarator {
  readonly name: string | null;
  readonly loc: Loc;
  readonly parts: readonly DeclPart[];
  readonly attrs: readonly Attribute[];
  /** `asm("name")` after the declarator. */
  readonly asmName: string | null;
}

export type DeclPart =
  | { readonly kind: "pointer"; readonly isConst: boolean; readonly isVolatile: boolean }
  | { readonly kind: "array"; readonly size: Expr | null; readonly isStatic: boolean; readonly star: boolean }
  | {
      readonly kind: "function";
      readonly params: readonly ParamDecl[];
      readonly variadic: boolean;
      /** `f()` : no prototype. */
      readonly noPrototype: boolean;
      /** K&R definition: names only; their declarations are in FunctionDef.krDecls. */
      readonly krNames: readonly string[] | null;
    };

export interface ParamDecl {
  readonly specs: DeclSpecs;
  readonly declarator: Declarator;
  readonly loc: Loc;
}

export interface TypeName {
  readonly specs: DeclSpecs;
  readonly declarator: Declarator; // name null
}

// ---- expressions ------------------------------------------------------------------------------------------------

export type UnaryOp =
  | "+"
  | "-"
  | "!"
  | "~"
  | "*"
  | "&"
  | "++pre"
  | "--pre"
  | "post++"
  | "post--"
  | "__real__"
  | "__imag__";
export type BinaryOp =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "<<"
  | ">>"
  | "<"
  | ">"
  | "<="
  | ">="
  | "=="
  | "!="
  | "&"
  | "|"
  | "^"
  | "&&"
  | "||";
export type AssignOp = "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "<<=" | ">>=" | "&=" | "|=" | "^=";

export type Expr =
  /** Integer constant. `type`: the type the constant has by its suffix, base and value (LP64). Character constants too. */
  | { readonly kind: "int"; readonly value: bigint; readonly type: IntConstType; readonly loc: Loc }
  | {
      readonly kind: "float";
      readonly value: number;
      readonly type: "float" | "double" | "long double";
      readonly imaginary: boolean;
      readonly loc: Loc;
    }
  /** Adjacent literals are already joined. `units`: code units without the terminating zero. */
  | {
      readonly kind: "string";
      readonly units: readonly number[];
      readonly width: "char" | "wchar" | "u16" | "u32";
      readonly loc: Loc;
    }
  | { readonly kind: "ident"; readonly name: string; readonly loc: Loc }
  | { readonly kind: "unary"; readonly op: UnaryOp; readonly operand: Expr; readonly loc: Loc }
  | {
      readonly kind: "binary";
      readonly op: BinaryOp;
      readonly left: Expr;
      readonly right: Expr;
      readonly loc: Loc;
    }
  | {
      readonly kind: "assign";
      readonly op: AssignOp;
      readonly left: Expr;
      readonly right: Expr;
      readonly loc: Loc;
    }
  /** `then` null: `a ?: b`. */
  | {
      readonly kind: "cond";
      readonly test: Expr;
      readonly then: Expr | null;
      readonly else: Expr;
      readonly loc: Loc;
    }
  | { readonly kind: "comma"; readonly left: Expr; readonly right: Expr; readonly loc: Loc }
  | { readonly kind: "call"; readonly callee: Expr; readonly args: readonly Expr[]; readonly loc: Loc }
  | {
      readonly kind: "member";
      readonly object: Expr;
      readonly name: string;
      readonly arrow: boolean;
      readonly loc: Loc;
    }
  | { readonly kind: "index"; readonly object: Expr; readonly index: Expr; readonly loc: Loc }
  | { readonly kind: "cast"; readonly type: TypeName; readonly operand: Expr; readonly loc: Loc }
  | { readonly kind: "compound"; readonly type: TypeName; readonly init: InitList; readonly loc: Loc }
  | { readonly kind: "sizeofExpr" | "alignofExpr"; readonly operand: Expr; readonly loc: Loc }
  | { readonly kind: "sizeofType" | "alignofType"; readonly type: TypeName; readonly loc: Loc }
  | { readonly kind: "stmtExpr"; readonly body: CompoundStmt; readonly loc: Loc }
  | { readonly kind: "labelAddr"; readonly label: string; readonly loc: Loc }
  | {
      readonly kind: "generic";
      readonly control: Expr;
      readonly assocs: readonly { readonly type: TypeName | null; readonly expr: Expr }[];
      readonly loc: Loc;
    }
  /** `path` as in `a.b[2].c`: member names and index expressions. */
  | {
      readonly kind: "offsetof";
      readonly type: TypeName;
      readonly path: readonly (string | Expr)[];
      readonly loc: Loc;
    }
  | { readonly kind: "typesCompatible"; readonly a: TypeName; readonly b: TypeName; readonly loc: Loc }
  | { readonly kind: "vaArg"; readonly list: Expr; readonly type: TypeName; readonly loc: Loc }
  | {
      readonly kind: "chooseExpr";
      readonly test: Expr;
      readonly then: Expr;
      readonly else: Expr;
      readonly loc: Loc;
    };
// Other builtins (__builtin_expect, __builtin_clz, __atomic_*, va_start ...) are calls of an ident.

export type IntConstType =
  | "int"
  | "unsigned int"
  | "long"
  | "unsigned long"
  | "long long"
  | "unsigned long long"
  | "wchar"
  | "u16"
  | "u32";

export type Init = Expr | InitList;
export interface InitList {
  readonly kind: "initList";
  readonly items: readonly { readonly designators: readonly Designator[]; readonly init: Init }[];
  readonly loc: Loc;
}
export type Designator =
  | { readonly kind: "field"; readonly name: string; readonly loc: Loc }
  | { readonly kind: "index"; readonly index: Expr; readonly to: Expr | null; readonly loc: Loc };

// ---- statements -------------------------------------------------------------------------------------------------

export type Stmt =
  | CompoundStmt
  | { readonly kind: "expr"; readonly expr: Expr | null; readonly loc: Loc }
  | {
      readonly kind: "if";
      readonly test: Expr;
      readonly then: Stmt;
      readonly else: Stmt | null;
      readonly loc: Loc;
    }
  | { readonly kind: "while"; readonly test: Expr; readonly body: Stmt; readonly loc: Loc }
  | { readonly kind: "do"; readonly test: Expr; readonly body: Stmt; readonly loc: Loc }
  | {
      readonly kind: "for";
      readonly init: Declaration | Expr | null;
      readonly test: Expr | null;
      readonly step: Expr | null;
      readonly body: Stmt;
      readonly loc: Loc;
    }
  | { readonly kind: "switch"; readonly test: Expr; readonly body: Stmt; readonly loc: Loc }
  /** `to`: GNU range. */
  | {
      readonly kind: "case";
      readonly value: Expr;
      readonly to: Expr | null;
      readonly body: Stmt;
      readonly loc: Loc;
    }
  | { readonly kind: "default"; readonly body: Stmt; readonly loc: Loc }
  | { readonly kind: "label"; readonly name: string; readonly body: Stmt; readonly loc: Loc }
  | { readonly kind: "goto"; readonly label: string; readonly loc: Loc }
  | { readonly kind: "gotoPtr"; readonly target: Expr; readonly loc: Loc }
  | { readonly kind: "break"; readonly loc: Loc }
  | { readonly kind: "continue"; readonly loc: Loc }
  | { readonly kind: "return"; readonly value: Expr | null; readonly loc: Loc }
  | {
      readonly kind: "asm";
      readonly text: string;
      readonly isEmpty: boolean;
      readonly outputs: readonly Expr[];
      readonly inputs: readonly Expr[];
      readonly loc: Loc;
      readonly isVolatile?: boolean;
      /** Constraint strings of the outputs, then of the inputs. */
      readonly constraints?: readonly string[];
      readonly clobbers?: readonly string[];
      /** `asm goto` targets. */
      readonly labels?: readonly string[];
    };

export interface CompoundStmt {
  readonly kind: "block";
  readonly items: readonly (Stmt | Declaration | FunctionDef | StaticAssert)[];
  /** `__label__` names. */
  readonly localLabels: readonly string[];
  readonly loc: Loc;
  readonly endLoc: Loc;
}

// ---- declarations -----------------------------------------------------------------------------------------------

export interface Declaration {
  readonly kind: "declaration";
  readonly specs: DeclSpecs;
  readonly items: readonly { readonly declarator: Declarator; readonly init: Init | null }[];
  readonly loc: Loc;
}

export interface FunctionDef {
  readonly kind: "function";
  readonly specs: DeclSpecs;
  readonly declarator: Declarator;
  readonly krDecls: readonly Declaration[];
  /** May be a getter that parses on first use; errors are then returned by `bodyErrors`. */
  readonly body: CompoundStmt;
  readonly bodyErrors: readonly CError[];
  readonly loc: Loc;
  readonly endLoc: Loc;
  /** The tokens of a body that is parsed on first use. */
  bodyTokens?(): readonly BodyToken[];
}

/** As much of a token as tells two bodies apart. */
export interface BodyToken {
  readonly kind: string;
  readonly text: string;
  readonly loc: Loc;
}

export interface StaticAssert {
  readonly kind: "staticAssert";
  readonly test: Expr;
  readonly message: string;
  readonly loc: Loc;
}

export type External =
  | FunctionDef
  | Declaration
  | StaticAssert
  | { readonly kind: "asmTop"; readonly text: string; readonly loc: Loc };

export interface TranslationUnit {
  readonly externals: readonly External[];
  readonly errors: readonly CError[];
}
