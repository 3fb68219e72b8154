/** A policy's expressions, compiled once for each revision of the policy. */
import type { MatchCondition, ParamKind, Variable } from "../../../api/generated/admissionregistration.v1.ts";
import { compile, type Program } from "../../../api/machinery/cel/program.ts";
import { policyScope } from "../../../api/machinery/cel/scopes/policy-scope.ts";
import { DYN, type Type } from "../../../api/machinery/cel/values/type.ts";
import { CelError, type CelMap } from "../../../api/machinery/cel/values/values.ts";

/** The cost budget of a policy per request; conditions, validations and annotations have one each. */
const BUDGET = 10_000_000;
const CONDITIONS_BUDGET = BUDGET / 4;

interface Spec {
  readonly paramKind?: ParamKind;
  readonly variables?: readonly Variable[];
  readonly matchConditions?: readonly MatchCondition[];
}

const OUT_OF_BUDGET = "validation failed due to running out of cost budget, no further validation rules will be run";

type Values = ReadonlyMap<string, unknown>;
export type Result =
  | { readonly ok: true; readonly value: unknown }
  /** `isSpent`: the budget is used up. */
  | { readonly ok: false; readonly message: string; readonly isSpent?: true };

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
    const program = compiled.ok ? compiled.program : compiled.message;
    this.#programs.set(expression, program);
    return program;
  }

  /** Begins a run on one request. Variables are computed on first use, and once. */
  run(values: Values, budget = BUDGET): PolicyRun {
    return new PolicyRun(this.#spec, { programOf: (expression) => this.#program(expression), values, budget });
  }

  /** Whether all match conditions hold, or what failed if that is unknown. Conditions do not see the namespace. */
  matches(values: Values): Matches {
    const { matchConditions = [] } = this.#spec;
    if (matchConditions.length === 0) return { ok: true, matches: true };
    const run = this.run(new Map(values).set("namespaceObject", null), CONDITIONS_BUDGET);
    const failed: string[] = [];
    for (const { expression } of matchConditions) {
      const result = run.evaluate(expression);
      if (result.ok && result.value !== true) return { ok: true, matches: false };
      if (result.ok) continue;
      if (result.isSpent) return { ok: false, message: result.message };
      failed.push(result.message);
    }
    if (failed.length === 0) return { ok: true, matches: true };
    return { ok: false, message: failed.length === 1 ? (failed[0] ?? "") : `[${[...new Set(failed)].join(", ")}]` };
  }
}

export type Matches =
  | { readonly ok: true; readonly matches: boolean }
  | { readonly ok: false; readonly message: string };

interface Running {
  readonly programOf: (expression: string) => Program | string;
  readonly values: Values;
  readonly budget: number;
}

export class PolicyRun {
  #left: number;
  readonly #programOf: Running["programOf"];
  readonly #values: Values;

  constructor(
    private readonly spec: Spec,
    { programOf, values, budget }: Running,
  ) {
    this.#programOf = programOf;
    this.#left = budget;
    this.#values = new Map(values).set("variables", this.#variables());
  }

  evaluate(expression: string): Result {
    const program = this.#programOf(expression);
    if (typeof program === "string") return { ok: false, message: program };
    const result = this.#run(program);
    if (result.ok || result.isSpent) return result;
    return { ok: false, message: `expression '${expression}' resulted in error: ${result.message}` };
  }

  #run(program: Program): Result {
    const outcome = program.run(this.#values);
    this.#left -= outcome.cost;
    if (this.#left < 0) return { ok: false, message: OUT_OF_BUDGET, isSpent: true };
    return outcome.ok ? outcome : { ok: false, message: outcome.message };
  }

  #compute(expression: string): Result {
    const program = this.#programOf(expression);
    return typeof program === "string" ? { ok: false, message: program } : this.#run(program);
  }

  #variables(): CelMap {
    const declared = new Map((this.spec.variables ?? []).map(({ name, expression }) => [name, expression]));
    const known = new Map<string, Result>();
    const compute = (name: string): unknown => {
      const result = known.get(name) ?? this.#compute(declared.get(name) ?? "");
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
