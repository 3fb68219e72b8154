/**
 * The modes of impersonation (KEP 5284, apiserver/pkg/endpoints/filters/impersonation): as the node that a pod is on,
 * as any node, as a service account, or as another user, each limited to requests of its own verbs; and, as before, as
 * anybody for any request. One of them suffices, and the narrow ones come first.
 */

import { goQuote } from "../../../api/machinery/field-error.ts";
import { dnsLabel, dnsSubdomain } from "../../../api/machinery/names.ts";
import { domainPrefixedPath } from "../../../api/machinery/network/domain-path.ts";
import type { Attributes, ResourceAttributes } from "../attributes.ts";
import { AUTHENTICATED, anonymous, MASTERS, UNAUTHENTICATED, type User } from "../user.ts";

/** A permission that the requesting user must have. */
export interface Need {
  readonly attributes: Attributes;
  /** Why the mode cannot be used. */
  readonly refused?: string;
}

export interface Mode {
  /** The verb that allowed it, for audit events; absent in the unconstrained mode. */
  readonly constraint?: string;
  /** The user that the request then acts as. */
  readonly user: User;
  /** Permissions, checked in this order. In each group either the first suffices, or all the others are needed. */
  readonly needs: readonly (readonly Need[])[];
}

export interface ImpersonationRequest {
  readonly requestor: User;
  readonly wanted: User;
  /** What the request is about to do. */
  readonly attributes: Attributes;
}

export function modesFor(request: ImpersonationRequest): Mode[] {
  const { wanted, requestor } = request;
  const node = nodeOf(wanted.name);
  const account = accountOf(wanted.name);
  const nameAlone = wanted.uid === undefined && wanted.groups.length === 0 && !wanted.extra;
  const modes: Mode[] = [];
  if (nameAlone && node !== undefined && accountOf(requestor.name) && nodeOfPod(requestor) === node)
    modes.push(constrained("associated-node", request));
  if (nameAlone && node !== undefined) modes.push(constrained("arbitrary-node", request));
  if (nameAlone && account) modes.push(constrained("serviceaccount", request));
  if (node === undefined && !account) modes.push(constrained("user-info", request));
  return [...modes, { user: withImplied(wanted), needs: needsOf(wanted, "impersonate", "") }];
}

const AUTHENTICATION = "authentication.k8s.io";

function constrained(mode: string, { wanted, attributes }: ImpersonationRequest): Mode {
  const constraint = `impersonate:${mode}`;
  const groups = nodeOf(wanted.name) === undefined ? wanted.groups : ["system:nodes"];
  const on = { ...attributes, verb: `impersonate-on:${mode}:${attributes.verb}` };
  return {
    constraint,
    user: withImplied({ ...wanted, groups }),
    needs: [[{ attributes: on }], ...needsOf(wanted, constraint, AUTHENTICATION)],
  };
}

/** This many values are first checked together, then each by itself. */
const MANY = 4;

/** `group`: the API group of the impersonated users and groups; if set, the mode is constrained. */
function needsOf(wanted: User, verb: string, group: string): (readonly Need[])[] {
  const isConstrained = group !== "";
  const { uid, groups, extra = {} } = wanted;
  const may = (resource: string, name: string, of = AUTHENTICATION): ResourceAttributes => ({
    ...NOTHING,
    verb,
    group: of,
    resource,
    name,
  });
  const groupNeeds = groups.map((name) => ({ attributes: may("groups", name, group) }));
  const extraNeeds = Object.entries(extra).flatMap(([subresource, values]) =>
    values.map((value) => ({ attributes: { ...may("userextras", value), subresource } })),
  );
  const needs: (readonly Need[])[] = [[{ attributes: userNeed(wanted.name, { verb, group }) }]];
  if (uid !== undefined) needs.push([{ attributes: may("uids", uid) }]);
  if (!isConstrained) return [...needs, ...[...groupNeeds, ...extraNeeds].map((need) => [need])];
  const masters = groups.includes(MASTERS) ? MASTERS : "";
  const ofGroups = refusedGroup(groups);
  if (ofGroups !== undefined) needs.push([{ attributes: may("groups", masters, group), refused: ofGroups }]);
  needs.push(...together({ attributes: may("groups", "*", group) }, groupNeeds, groups.length >= MANY));
  const ofExtra = refusedExtra(extra);
  if (ofExtra !== undefined) needs.push([{ attributes: may("userextras", ""), refused: ofExtra }]);
  const anyExtra = { attributes: { ...may("userextras", "*"), subresource: "*" } };
  needs.push(...together(anyExtra, extraNeeds, extraNeeds.length >= MANY));
  return needs;
}

const NOTHING = { version: "v1", subresource: "", namespace: "", name: "" };

const together = (all: Need, each: readonly Need[], areMany: boolean): (readonly Need[])[] =>
  areMany ? [[all, ...each]] : each.map((need) => [need]);

function userNeed(user: string, of: { readonly verb: string; readonly group: string }): ResourceAttributes {
  const account = accountOf(user);
  if (account) return { ...NOTHING, ...of, resource: "serviceaccounts", ...account };
  const node = of.group === "" ? undefined : nodeOf(user);
  if (node === undefined) return { ...NOTHING, ...of, resource: "users", name: user };
  // That the node is the pod's own has been checked; roles are written for any node.
  return { ...NOTHING, ...of, resource: "nodes", name: of.verb === "impersonate:associated-node" ? "*" : node };
}

function refusedGroup(groups: readonly string[]): string | undefined {
  if (groups.includes("")) return "impersonating the empty string group is not allowed";
  return groups.includes(MASTERS) ? `impersonating the ${MASTERS} group is not allowed` : undefined;
}

function refusedExtra(extra: Readonly<Record<string, readonly string[]>>): string | undefined {
  for (const [key, values] of Object.entries(extra)) {
    if (key === "") return "impersonating the empty string key in extra is not allowed";
    const [problem] = domainPrefixedPath(key, "extra.key");
    if (problem) return `impersonating an invalid key in extra is not allowed: ${problem.path}: ${problem.message}`;
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`;
    if (values.includes("")) return "impersonating the empty string value in extra is not allowed";
  }
  return undefined;
}

const SERVICE_ACCOUNT = "system:serviceaccount:";

function accountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!user.startsWith(SERVICE_ACCOUNT)) return undefined;
  const [namespace = "", name = "", ...more] = user.slice(SERVICE_ACCOUNT.length).split(":");
  const isOne = more.length === 0 && dnsLabel(namespace).length === 0 && dnsSubdomain(name).length === 0;
  return isOne ? { namespace, name } : undefined;
}

const NODE = "system:node:";

function nodeOf(user: string): string | undefined {
  const name = user.startsWith(NODE) ? user.slice(NODE.length) : "";
  return dnsSubdomain(name).length === 0 ? name : undefined;
}

/** The node of the pod whose token authenticated the request. */
function nodeOfPod({ extra }: User): string | undefined {
  const names = extra?.["authentication.kubernetes.io/node-name"] ?? [];
  return names.length === 1 ? names[0] : undefined;
}

/**
 * Adds implied groups: those of a service account, unless groups were requested, and the one that says how the user was
 * authenticated.
 */
function withImplied(wanted: User): User {
  const groups = [...wanted.groups];
  const account = accountOf(wanted.name);
  if (account && groups.length === 0)
    groups.push("system:serviceaccounts", `system:serviceaccounts:${account.namespace}`);
  const came = wanted.name === anonymous.name ? UNAUTHENTICATED : AUTHENTICATED;
  if (!groups.includes(came) && !groups.includes(UNAUTHENTICATED)) groups.push(came);
  return { ...wanted, groups };
}
