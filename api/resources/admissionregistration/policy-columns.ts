/** Columns shared by validating and mutating policies, and by their bindings. */

import type { ParamKind, ParamRef } from "../../generated/admissionregistration.v1.ts";
import type { KubeObject } from "../../machinery/meta.ts";
import { printSelector } from "../../machinery/selectors/print-selector.ts";
import type { Column } from "../resource.ts";

interface Binding extends KubeObject {
  readonly spec: { readonly policyName?: string; readonly paramRef?: ParamRef };
}

export const policyNameColumn: Column<Binding> = {
  name: "PolicyName",
  type: "string",
  description: "PolicyName indicates the policy definition which the policy binding binded to",
  of: ({ spec }) => spec.policyName ?? "",
};

export const paramRefColumn: Column<Binding> = {
  name: "ParamRef",
  type: "string",
  description: "ParamRef indicates the param resource which sets the configuration param",
  of: ({ spec: { paramRef } }) => {
    if (paramRef?.name) return `${paramRef.namespace || "*"}/${paramRef.name}`;
    return paramRef?.selector ? printSelector(paramRef.selector) : "<unset>";
  },
};

interface Policy extends KubeObject {
  readonly spec: { readonly paramKind?: ParamKind };
}

export const paramKindColumn: Column<Policy> = {
  name: "ParamKind",
  type: "string",
  description: "ParamKind specifies the kind of resources used to parameterize this policy",
  of: ({ spec: { paramKind } }) => (paramKind ? `${paramKind.apiVersion}/${paramKind.kind}` : "<unset>"),
};
