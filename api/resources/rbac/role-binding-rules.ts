/** pkg/apis/rbac: what RoleBindings and ClusterRoleBindings share. */
import type { RoleRef, Subject } from "../../generated/rbac.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, notSupportedText, required } from "../../machinery/field-error.ts";
import type { KubeObject } from "../../machinery/meta.ts";
import { dnsSubdomain, pathSegmentName } from "../../machinery/names.ts";
import type { Column, Resource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";

const RBAC_GROUP = "rbac.authorization.k8s.io";

interface Binding extends KubeObject {
  roleRef: RoleRef;
  subjects?: Subject[];
}

export function defaultBinding(draft: Binding): void {
  draft.roleRef ??= { apiGroup: "", kind: "", name: "" };
  draft.roleRef.apiGroup ||= RBAC_GROUP;
  for (const subject of draft.subjects ?? [])
    if (subject.kind === "User" || subject.kind === "Group") subject.apiGroup ||= RBAC_GROUP;
}

export function checkRoleRef(errors: FieldError[], { roleRef }: Binding, kinds: readonly string[]): void {
  const { apiGroup = "", kind = "", name = "" } = roleRef;
  if (apiGroup !== RBAC_GROUP) errors.push(notSupportedText("roleRef.apiGroup", apiGroup, [RBAC_GROUP]));
  if (!kinds.includes(kind)) errors.push(notSupportedText("roleRef.kind", kind, kinds));
  if (name === "") errors.push(required("roleRef.name"));
  else for (const problem of pathSegmentName(name)) errors.push(invalid("roleRef.name", name, problem));
}

export function checkSubjects(
  errors: FieldError[],
  subjects: readonly Subject[] | undefined,
  scope: Resource["scope"],
): void {
  subjects?.forEach(({ kind = "", name = "", namespace = "", apiGroup = "" }, i) => {
    const path = `subjects[${i}]`;
    if (name === "") errors.push(required(`${path}.name`));
    const group = kind === "ServiceAccount" ? "" : RBAC_GROUP;
    if (kind === "ServiceAccount" && name !== "")
      for (const problem of dnsSubdomain(name)) errors.push(invalid(`${path}.name`, name, problem));
    if (kind !== "ServiceAccount" && kind !== "User" && kind !== "Group")
      errors.push(notSupportedText(`${path}.kind`, kind, ["ServiceAccount", "User", "Group"]));
    else if (apiGroup !== group) errors.push(notSupportedText(`${path}.apiGroup`, apiGroup, [group]));
    if (kind === "ServiceAccount" && scope === "Cluster" && namespace === "")
      errors.push(required(`${path}.namespace`));
  });
}

export function validateBindingUpdate({ roleRef }: Binding, old: Binding): FieldError[] {
  if (sameValue(roleRef, old.roleRef)) return [];
  // Kubernetes prints its internal type here, whose fields have no JSON names.
  const printed = { APIGroup: roleRef.apiGroup, Kind: roleRef.kind, Name: roleRef.name };
  return [invalid("roleRef", printed, "cannot change roleRef")];
}

interface Described {
  /** What descriptions call the binding. */
  readonly noun: string;
  readonly roleRef: string;
}

export const bindingColumns = <T extends Binding>({ noun, roleRef: description }: Described): Column<T>[] => [
  { name: "Role", type: "string", description, of: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  ageColumn,
  wideColumn("Users", noun, ({ subjects }) => named(subjects, "User").map(({ name }) => name)),
  wideColumn("Groups", noun, ({ subjects }) => named(subjects, "Group").map(({ name }) => name)),
  wideColumn("ServiceAccounts", noun, ({ subjects }) =>
    named(subjects, "ServiceAccount").map(({ name, namespace }) => (namespace ? `${namespace}/${name}` : name)),
  ),
];

const wideColumn = <T extends Binding>(name: string, noun: string, of: (binding: T) => string[]): Column<T> => ({
  name,
  type: "string",
  priority: 1,
  description: `${name} in the ${noun}`,
  of: (binding) => of(binding).join(", "),
});

const named = (subjects: readonly Subject[] = [], kind: string) => subjects.filter((subject) => subject.kind === kind);
