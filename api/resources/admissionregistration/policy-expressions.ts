/** Whether the expressions of policies compile, and have the expected types. */
import type { ParamKind, Variable } from "../../generated/admissionregistration.v1.ts";
import { compile } from "../../machinery/cel/program.ts";
import { policyScope } from "../../machinery/cel/scopes/policy-scope.ts";
import { DYN, showType, type Type } from "../../machinery/cel/values/type.ts";
import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { celError } from "../cel-error.ts";

interface Composed {
  readonly paramKind?: ParamKind;
  readonly variables?: readonly Variable[];
}

/** `expected` are the possible types of the result, as Kubernetes names them: `bool`, `[string null_type]`. */
export class PolicyExpressions {
  readonly #hasParams: boolean;
  readonly #constructs: boolean;
  /** Absent if a validating policy has none: then even `variables` is undeclared. */
  readonly #variables: Map<string, Type> | undefined;

  constructor({ paramKind, variables }: Composed, { constructs = false } = {}) {
    this.#hasParams = paramKind !== undefined;
    this.#constructs = constructs;
    this.#variables = variables?.length || constructs ? new Map() : undefined;
  }

  /** Declares a variable for the following expressions, if it has one itself; one that does not compile is dyn. */
  declare(errors: FieldError[], path: string, { name = "", expression = "" }: Variable): void {
    if (expression.trim() === "") return;
    const compiled = this.#compile(expression, { constructs: false });
    if (!compiled.ok) errors.push(celError(`${path}.expression`, expression, compiled));
    this.#variables?.set(name, compiled.ok ? compiled.program.type : DYN);
  }

  check(errors: FieldError[], path: string, expression: string, expected: Expected): void {
    this.#check(errors, path, expression, expected);
  }

  /** Match conditions are evaluated before variables are composed. */
  checkCondition(errors: FieldError[], path: string, expression: string): void {
    this.#check(errors, path, expression, { expected: ["bool"], composed: false });
  }

  checkMessage(errors: FieldError[], path: string, expression: string): void {
    this.#check(errors, path, expression, { expected: ["string"], hasAuthorizer: false });
  }

  #check(
    errors: FieldError[],
    path: string,
    expression: string,
    { expected, shown = expression, ...seen }: Seen & Expected,
  ): void {
    if (expression.trim() === "") return;
    const compiled = this.#compile(expression, seen);
    if (!compiled.ok) {
      errors.push(celError(path, shown, compiled));
      return;
    }
    const { type } = compiled.program;
    const is = type.kind === "null_type" ? "null_type" : showType(type);
    if (expected.includes(is)) return;
    const wanted = expected.length === 1 ? expected[0] : `one of [${expected.join(" ")}]`;
    errors.push(invalid(path, shown, `must evaluate to ${wanted} but got ${is}`));
  }

  #compile(expression: string, { composed = true, hasAuthorizer = true, constructs = this.#constructs }: Seen) {
    return compile(
      expression,
      policyScope({
        hasParams: this.#hasParams,
        hasAuthorizer,
        constructs,
        ...(composed && this.#variables ? { variables: this.#variables } : {}),
      }),
    );
  }
}

/** The allowed types of an expression. */
interface Expected {
  readonly expected: readonly string[];
  /** The text shown in the error, if it was compiled without the surrounding spaces. */
  readonly shown?: string;
}

interface Seen {
  readonly composed?: boolean;
  readonly hasAuthorizer?: boolean;
  /** Whether there are `Object` and `JSONPatch`: only mutations make such values, not variables. */
  readonly constructs?: boolean;
}
