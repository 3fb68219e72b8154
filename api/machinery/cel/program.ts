/** An expression, compiled once and run on many values. */

import { check, type Scope } from "./check/checker.ts";
import { unlikeElements } from "./check/homogeneous.ts";
import { constantProblem, formatIssues } from "./check/literal-calls.ts";
import { isResolved } from "./check/resolved-calls.ts";
import { settled } from "./check/unify.ts";
import { estimateCost } from "./cost/estimate.ts";
import { evaluate, type Outcome } from "./run/evaluate.ts";
import type { Expr } from "./syntax/ast.ts";
import { type Issue, renderIssues } from "./syntax/issue.ts";
import { parse } from "./syntax/parser.ts";
import { selects } from "./syntax/selections.ts";
import type { Type } from "./values/type.ts";

/** Kubernetes' limit for one run of an expression (apiserver pkg/apis/cel). */
const PER_CALL_LIMIT = 1_000_000;

export interface Program {
  readonly type: Type;
  /** Names of the variables that it uses. */
  readonly references: ReadonlySet<string>;
  /** Whether it reads that field of that variable. */
  readonly selects: (variable: string, field: string) => boolean;
  /** The maximum cost of a run. */
  readonly estimate: () => number;
  readonly run: (variables: ReadonlyMap<string, unknown>, limit?: number) => Outcome;
}

export type Compiled =
  | { readonly ok: true; readonly program: Program }
  | {
      readonly ok: false;
      /** What is wrong, and where: `compilation failed: ERROR: …`. */
      readonly message: string;
      /** The expression is valid, but still cannot be made executable. */
      readonly isInternal: boolean;
    };

export function compile(source: string, scope: Scope): Compiled {
  const parsed = parse(source, scope);
  if (!parsed.ok) return uncompiled(source, parsed.issues);
  const { expr } = parsed;
  const { type, types, references, issues } = check(expr, scope);
  if (issues.length > 0) return uncompiled(source, issues);
  const odd = [...unlikeElements(expr, types), ...formatIssues(expr, types)];
  if (odd.length > 0) return uncompiled(source, odd);
  const problem = constantProblem(expr, scope.library);
  if (problem !== undefined)
    return { ok: false, message: `program instantiation failed: ${problem}`, isInternal: true };
  return { ok: true, program: programOf(expr, { type, references, types }, scope) };
}

const uncompiled = (source: string, issues: readonly Issue[]): Compiled => ({
  ok: false,
  message: `compilation failed: ${renderIssues(source, issues)}`,
  isInternal: false,
});

function programOf(
  expr: Expr,
  { type, references, types }: { type: Type; references: ReadonlySet<string>; types: ReadonlyMap<Expr, Type> },
  { library, variables }: Scope,
): Program {
  return {
    type: settled(type),
    references,
    selects: (variable, field) => selects(expr, variable, field),
    estimate: () => estimateCost(expr, { variables, library, types }),
    run: (values, limit = PER_CALL_LIMIT) =>
      evaluate(expr, {
        variables: values,
        library,
        limit,
        isResolved: (call, overloads, args) => isResolved(call, overloads, { args, types }),
      }),
  };
}
