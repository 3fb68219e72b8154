/** Whether the expressions of policies compile, and to the types that are asked of them. */
import type { MatchCondition, ParamKind, Variable } from "../../generated/admissionregistration.v1.ts";
import { policyScope } from "../../machinery/cel/policy-scope.ts";
import { compile } from "../../machinery/cel/program.ts";
import { DYN, showType, type Type } from "../../machinery/cel/type.ts";
import { type FieldError, invalid } from "../../machinery/field-error.ts";

interface Composed {
  readonly paramKind?: ParamKind;
  readonly variables?: readonly Variable[];
}

/** `expected` are the types that may be the result, as Kubernetes names them: `bool`, `[string null_type]`. */
export class PolicyExpressions {
  readonly #hasParams: boolean;
  readonly #constructs: boolean;
  readonly #variables = new Map<string, Type>();

  constructor({ paramKind }: Composed, { constructs = false } = {}) {
    this.#hasParams = paramKind !== undefined;
    this.#constructs = constructs;
  }

  /** Declares a variable for those that follow; what does not compile is dyn. */
  declare(errors: FieldError[], path: string, { name = "", expression = "" }: Variable): void {
    const compiled = expression.trim() === "" ? undefined : this.#compile(expression, true);
    if (compiled && !compiled.ok)
      errors.push(invalid(`${path}.expression`, expression, `compilation failed: ${compiled.issues}`));
    this.#variables.set(name, compiled?.ok ? compiled.program.type : DYN);
  }

  check(errors: FieldError[], path: string, expression: string, expected: readonly string[]): void {
    this.#checkIn(errors, path, expression, { expected, composed: true });
  }

  checkConditions(errors: FieldError[], path: string, conditions: readonly MatchCondition[] = []): void {
    conditions.forEach(({ expression = "" }, i) => {
      this.#checkIn(errors, `${path}[${i}].expression`, expression, { expected: ["bool"], composed: false });
    });
  }

  #checkIn(
    errors: FieldError[],
    path: string,
    expression: string,
    { expected, composed }: { expected: readonly string[]; composed: boolean },
  ): void {
    if (expression.trim() === "") return;
    const compiled = this.#compile(expression, composed);
    if (!compiled.ok) {
      errors.push(invalid(path, expression, `compilation failed: ${compiled.issues}`));
      return;
    }
    const { type } = compiled.program;
    const is = type.kind === "null_type" ? "null_type" : showType(type);
    if (expected.includes(is)) return;
    const wanted = expected.length === 1 ? expected[0] : `one of [${expected.join(" ")}]`;
    errors.push(invalid(path, expression, `must evaluate to ${wanted} but got ${is}`));
  }

  #compile(expression: string, composed: boolean) {
    return compile(
      expression,
      policyScope({
        hasParams: this.#hasParams,
        constructs: this.#constructs,
        ...(composed ? { variables: this.#variables } : {}),
      }),
    );
  }
}
