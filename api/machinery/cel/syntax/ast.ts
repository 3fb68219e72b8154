/** Expressions, with macros expanded to comprehensions. */
interface Node {
  /** Where cel-go locates the expression: a call at its operator or bracket, a selection at its dot. */
  readonly at: number;
}

export interface Literal extends Node {
  readonly kind: "literal";
  readonly value: unknown;
  readonly type: "int" | "uint" | "double" | "string" | "bytes" | "bool" | "null_type";
}
export interface Ident extends Node {
  readonly kind: "ident";
  readonly name: string;
}
export interface Select extends Node {
  readonly kind: "select";
  readonly operand: Expr;
  readonly field: string;
  /** For `has(a.b)`: test for presence. */
  readonly testOnly: boolean;
}
export interface Call extends Node {
  readonly kind: "call";
  readonly name: string;
  readonly target?: Expr;
  readonly args: readonly Expr[];
}
export interface Logical extends Node {
  readonly kind: "logical";
  readonly operator: "&&" | "||";
  readonly left: Expr;
  readonly right: Expr;
}
export interface Conditional extends Node {
  readonly kind: "conditional";
  readonly condition: Expr;
  readonly yes: Expr;
  readonly no: Expr;
}
export interface ListExpr extends Node {
  readonly kind: "list";
  readonly elements: readonly Expr[];
  /** Indexes of elements written `?x`. */
  readonly optional: ReadonlySet<number>;
}
export interface MapExpr extends Node {
  readonly kind: "map";
  readonly entries: readonly { readonly key: Expr; readonly value: Expr; readonly optional: boolean }[];
}
export interface StructExpr extends Node {
  readonly kind: "struct";
  readonly name: string;
  readonly fields: readonly {
    readonly name: string;
    readonly value: Expr;
    readonly optional: boolean;
    readonly at: number;
  }[];
}
export interface Comprehension extends Node {
  readonly kind: "comprehension";
  readonly range: Expr;
  readonly iterVar: string;
  /** For macros with two variables: index and item, or key and value. */
  readonly iterVar2?: string;
  readonly accuVar: string;
  readonly accuInit: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

export type Expr =
  | Literal
  | Ident
  | Select
  | Call
  | Logical
  | Conditional
  | ListExpr
  | MapExpr
  | StructExpr
  | Comprehension;

/** The direct subexpressions. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "literal":
    case "ident":
      return [];
    case "select":
      return [expr.operand];
    case "call":
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case "logical":
      return [expr.left, expr.right];
    case "conditional":
      return [expr.condition, expr.yes, expr.no];
    case "list":
      return expr.elements;
    case "map":
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case "struct":
      return expr.fields.map(({ value }) => value);
    case "comprehension":
      return [expr.range, expr.accuInit, expr.condition, expr.step, expr.result];
  }
}
