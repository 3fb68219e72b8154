/**
 * The expressions of an AuthenticationConfiguration: the variables they see, and their evaluation on a token or its
 * user (apiserver pkg/authentication/cel).
 */
import type { Scope } from "../machinery/cel/check/checker.ts";
import { kubernetesLibrary } from "../machinery/cel/library/index.ts";
import { type Compiled, compile } from "../machinery/cel/program.ts";
import { USER } from "../machinery/cel/scopes/policy-scope.ts";
import { fromJson } from "../machinery/cel/values/from-json.ts";
import { DYN, mapOf, STRING } from "../machinery/cel/values/type.ts";

const scopes = {
  claims: { variables: new Map([["claims", mapOf(STRING, DYN)]]), library: kubernetesLibrary },
  user: { variables: new Map([["user", USER]]), library: kubernetesLibrary },
} satisfies Record<string, Scope>;

export type Seen = keyof typeof scopes;

const compiled = { claims: new Map<string, Compiled>(), user: new Map<string, Compiled>() };
const REMEMBERED = 1000;

/** Compiled once per isolate. */
export function compileSeeing(seen: Seen, expression: string): Compiled {
  const known = compiled[seen].get(expression) ?? compile(expression, scopes[seen]);
  if (compiled[seen].size >= REMEMBERED) compiled[seen].clear();
  compiled[seen].set(expression, known);
  return known;
}

/** `value` is the claims, or a user in the form of SubjectAccessReviews. */
export function evaluateSeeing(seen: Seen, expression: string, value: object): Evaluated {
  const known = compileSeeing(seen, expression);
  if (!known.ok) return { ok: false, message: known.message.replace(/^compilation failed: /, "") };
  const type = scopes[seen].variables.get(seen);
  return known.program.run(new Map([[seen, fromJson(value, type)]]));
}

export type Evaluated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };
