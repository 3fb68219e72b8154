/** A policy's expressions, compiled once for each state of the policy. */
import type { MatchCondition, ParamKind, Variable } from "../../../api/generated/admissionregistration.v1.ts";
import { policyScope } from "../../../api/machinery/cel/policy-scope.ts";
import { compile, type Program } from "../../../api/machinery/cel/program.ts";
import { DYN, type Type } from "../../../api/machinery/cel/type.ts";
import { CelError, type CelMap } from "../../../api/machinery/cel/values.ts";

/** What a policy may spend on one request. */
const BUDGET = 10_000_000;

interface Spec {
  readonly paramKind?: ParamKind;
  readonly variables?: readonly Variable[];
  readonly matchConditions?: readonly MatchCondition[];
}

type Values = ReadonlyMap<string, unknown>;
type Result = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

export class CompiledPolicy {
  readonly #spec: Spec;
  readonly #constructs: boolean;
  readonly #variables = new Map<string, Type>();
  readonly #programs = new Map<string, Program | string>();

  constructor(spec: Spec, { constructs = false } = {}) {
    this.#spec = spec;
    this.#constructs = constructs;
    for (const { name, expression } of spec.variables ?? []) {
      const program = this.#program(expression);
      this.#variables.set(name, typeof program === "string" ? DYN : program.type);
    }
  }

  #program(expression: string): Program | string {
    const known = this.#programs.get(expression);
    if (known !== undefined) return known;
    const hasParams = this.#spec.paramKind !== undefined;
    const compiled = compile(
      expression,
      policyScope({ hasParams, variables: this.#variables, constructs: this.#constructs }),
    );
    const program = compiled.ok ? compiled.program : `compilation failed: ${compiled.issues}`;
    this.#programs.set(expression, program);
    return program;
  }

  /** A run on one request: variables are computed when first used, and once. */
  run(values: Values): PolicyRun {
    return new PolicyRun(this.#spec, (expression) => this.#program(expression), values);
  }
}

export class PolicyRun {
  #spent = 0;
  readonly #values: Values;

  constructor(
    private readonly spec: Spec,
    private readonly programOf: (expression: string) => Program | string,
    values: Values,
  ) {
    this.#values = new Map(values).set("variables", this.#variables());
  }

  /** Whether all match conditions hold; the message of the first that failed to tell. */
  matches(): { readonly ok: true; readonly matches: boolean } | { readonly ok: false; readonly message: string } {
    let failed: string | undefined;
    for (const { expression } of this.spec.matchConditions ?? []) {
      const result = this.evaluate(expression);
      if (!result.ok) failed ??= result.message;
      else if (result.value !== true) return { ok: true, matches: false };
    }
    return failed === undefined ? { ok: true, matches: true } : { ok: false, message: failed };
  }

  evaluate(expression: string): Result {
    const program = this.programOf(expression);
    if (typeof program === "string") return { ok: false, message: program };
    const outcome = program.run(this.#values);
    this.#spent += outcome.cost;
    if (this.#spent > BUDGET)
      return {
        ok: false,
        message: "validation failed due to running out of cost budget, no further validation rules will be run",
      };
    if (outcome.ok) return outcome;
    return { ok: false, message: `expression '${expression}' resulted in error: ${outcome.message}` };
  }

  #variables(): CelMap {
    const declared = new Map((this.spec.variables ?? []).map(({ name, expression }) => [name, expression]));
    const known = new Map<string, Result>();
    const compute = (name: string): unknown => {
      const result = known.get(name) ?? this.evaluate(declared.get(name) ?? "");
      known.set(name, result);
      if (!result.ok) throw new CelError(`composited variable "${name}" fails to evaluate: ${result.message}`);
      return result.value;
    };
    return {
      isCelMap: true,
      size: declared.size,
      has: (name) => declared.has(name as string),
      get: (name) => (declared.has(name as string) ? compute(name as string) : undefined),
      keys: () => [...declared.keys()],
    };
  }
}
