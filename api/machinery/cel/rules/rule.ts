/** One rule of x-kubernetes-validations, compiled (apiextensions-apiserver pkg/apiserver/schema/cel/compilation.go). */
import type { ValidationRule } from "../../../generated/apiextensions.v1.ts";
import { kubernetesLibrary } from "../library/index.ts";
import { compile, type Program } from "../program.ts";
import { optionalOf, type Type } from "../values/type.ts";

export interface Rule {
  readonly source: ValidationRule;
  readonly program: Program;
  readonly message: Program | undefined;
  readonly usesOldSelf: boolean;
}

export type CompiledRule =
  | { readonly ok: true; readonly rule: Rule; readonly messageProblem?: string }
  | { readonly ok: false; readonly problem: string };

export function compileRule(source: ValidationRule, self: Type): CompiledRule {
  const variables = new Map<string, Type>([
    ["self", self],
    ["oldSelf", source.optionalOldSelf ? optionalOf(self) : self],
  ]);
  const scope = { variables, library: kubernetesLibrary };
  const compiled = compile(source.rule, scope);
  if (!compiled.ok) return { ok: false, problem: compiled.message };
  const { program } = compiled;
  if (program.type.kind !== "bool") return { ok: false, problem: "cel expression must evaluate to a bool" };
  const rule = { source, program, usesOldSelf: program.references.has("oldSelf") };
  if (!source.messageExpression) return { ok: true, rule: { ...rule, message: undefined } };
  const message = compile(source.messageExpression, scope);
  if (!message.ok)
    return {
      ok: true,
      rule: { ...rule, message: undefined },
      // Kubernetes' text does not call it a program here.
      messageProblem: `messageExpression ${message.message.replace(/^program /, "")}`,
    };
  if (message.program.type.kind !== "string")
    return {
      ok: true,
      rule: { ...rule, message: undefined },
      messageProblem: "messageExpression must evaluate to a string",
    };
  return { ok: true, rule: { ...rule, message: message.program } };
}
