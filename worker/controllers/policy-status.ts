/**
 * Type-checks the expressions of ValidatingAdmissionPolicies against the kinds that they match, and reports errors in
 * the status.
 */
import type { ValidatingAdmissionPolicy } from "../../api/generated/admissionregistration.v1.ts";
import { compile } from "../../api/machinery/cel/program.ts";
import { policyScope } from "../../api/machinery/cel/scopes/policy-scope.ts";
import { typeOfSchema } from "../../api/machinery/cel/scopes/schema-type.ts";
import { typeOfStruct } from "../../api/machinery/cel/scopes/struct-type.ts";
import { DYN, type Type } from "../../api/machinery/cel/values/type.ts";
import { apiVersionOf, type Stored } from "../../api/machinery/meta.ts";
import { resources } from "../../api/resources/index.ts";
import { structOf, structOfKind } from "../../api/schema/table.ts";
import { defineController, type Snapshot, settled } from "./controller.ts";
import { itemKey } from "./item-key.ts";
import { statusApply } from "./status-update.ts";

const RESOURCE = "validatingadmissionpolicies.admissionregistration.k8s.io";
const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";
/** Kubernetes checks against this many kinds at most. */
const KINDS_LIMIT = 10;

export const policyStatusController = defineController({
  name: "validatingadmissionpolicy-status-controller",
  reads: [RESOURCE, DEFINITIONS],
  writes: [RESOURCE],
  itemsOf: ({ resource, object, deleted }) => (resource === RESOURCE && !deleted ? [itemKey(object)] : []),
  reconcile(name, { snapshot }) {
    const policy = snapshot.get(RESOURCE, "", name);
    const generation = policy?.metadata.generation;
    if (!policy || generation === undefined || policy.status.observedGeneration === generation) return settled;
    const expressionWarnings = warningsOf(policy, snapshot);
    const typeChecking = expressionWarnings.length > 0 ? { expressionWarnings } : {};
    const status = { observedGeneration: generation, typeChecking };
    return { effects: [statusApply(RESOURCE, policy, { fieldManager: "validatingadmissionpolicy-status", status })] };
  },
});

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly type: Type;
}

function warningsOf(policy: Stored<ValidatingAdmissionPolicy>, snapshot: Snapshot) {
  const { validations = [], paramKind } = policy.spec;
  const known = kindsOf(snapshot);
  const kinds = matchedKinds(policy, known).filter(({ type }) => type.kind === "object");
  const params = paramKind && known.find((each) => isParamKind(each, paramKind))?.type;
  const scopes = kinds.map((kind) => ({ kind, scope: scopeOf(policy, kind.type, params) }));
  const check = (fieldRef: string, expression: string | undefined) => {
    if (!expression) return [];
    const results = scopes.flatMap(({ kind, scope }) => {
      const compiled = compile(expression, scope);
      return compiled.ok
        ? []
        : [
            `${kind.group}/${kind.version}, Kind=${kind.kind}: ${compiled.message.replace(/^compilation failed: /, "")}\n`,
          ];
    });
    return results.length > 0 ? [{ fieldRef, warning: results.join("\n") }] : [];
  };
  return validations.flatMap(({ expression, messageExpression }, i) => [
    ...check(`spec.validations[${i}].expression`, expression),
    ...check(`spec.validations[${i}].messageExpression`, messageExpression),
  ]);
}

function isParamKind({ group, version, kind }: Kind, param: { apiVersion?: string; kind?: string }): boolean {
  return apiVersionOf(group, version) === param.apiVersion && kind === param.kind;
}

/** Variables are typed in order; one that does not compile has type dyn. */
function scopeOf({ spec }: ValidatingAdmissionPolicy, object: Type, params: Type | undefined) {
  const variables = new Map<string, Type>();
  const scope = policyScope({
    hasParams: spec.paramKind !== undefined,
    object,
    ...(params ? { params } : {}),
    variables,
  });
  for (const { name, expression } of spec.variables ?? []) {
    const compiled = compile(expression, scope);
    variables.set(name, compiled.ok ? compiled.program.type : DYN);
  }
  return scope;
}

type LazyKind = Omit<Kind, "type"> & { readonly plural: string; readonly type: Type };

/** Types are built on demand: few policies name many kinds. */
function kindsOf(snapshot: Snapshot): readonly LazyKind[] {
  const builtIn = resources.flatMap(({ group, version, kind, plural, otherVersions = [] }) =>
    [
      { group, version },
      ...otherVersions.map((other) => ({ group: other.group ?? group, version: other.version })),
    ].map((served) => ({
      ...served,
      kind,
      plural,
      get type() {
        const struct = structOfKind(apiVersionOf(served.group, served.version), kind);
        return struct ? typeOfStruct(struct) : DYN;
      },
    })),
  );
  const custom = snapshot.list(DEFINITIONS).flatMap(({ spec }) =>
    spec.versions
      .filter(({ served }) => served)
      .map(({ name: version, schema }) => ({
        group: spec.group,
        version,
        kind: spec.names.kind,
        plural: spec.names.plural,
        get type() {
          return customType(schema?.openAPIV3Schema);
        },
      })),
  );
  return [...builtIn, ...custom];
}

function customType(schema: Parameters<typeof typeOfSchema>[0] | undefined): Type {
  const type = schema && typeOfSchema(schema, true);
  if (type?.kind !== "object") return DYN;
  // Published schemas contain the whole metadata.
  return {
    ...type,
    fields: new Map([...(type.fields ?? []), ["metadata", typeOfStruct(structOf("meta.v1.ObjectMeta"))]]),
  };
}

/**
 * The kinds that the policy's rules name; wildcards and subresources name none. The empty group stands for any group, as
 * it does where kubectl looks up `events`.
 */
function matchedKinds({ spec }: ValidatingAdmissionPolicy, known: readonly LazyKind[]): readonly Kind[] {
  const matched = new Set<LazyKind>();
  for (const { apiGroups = [], apiVersions = [], resources: names = [] } of spec.matchConstraints?.resourceRules ??
    []) {
    if ([...apiGroups, ...apiVersions].some((each) => each.includes("*"))) continue;
    for (const kind of known)
      if (
        (apiGroups.includes(kind.group) || apiGroups.includes("")) &&
        apiVersions.includes(kind.version) &&
        names.includes(kind.plural)
      )
        matched.add(kind);
  }
  const order = ({ group, version, kind }: Kind) => `${group}/${version}/${kind}`;
  return [...matched].toSorted((a, b) => (order(a) < order(b) ? -1 : 1)).slice(0, KINDS_LIMIT);
}
