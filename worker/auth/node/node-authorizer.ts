/**
 * What a node may do: the rules of system:node, restricted to objects that concern it
 * (plugin/pkg/auth/authorizer/node). What it may write is restricted further by the admission plugin NodeRestriction,
 * which sees the objects.
 */

import { goQuote } from "../../../api/machinery/field-error.ts";
import { ownMember } from "../../../api/machinery/json/own-member.ts";
import { groupResource } from "../../../api/machinery/meta.ts";
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import {
  ALLOWED,
  type Attributes,
  type Decision,
  isResource,
  NO_OPINION,
  type ResourceAttributes,
} from "../attributes.ts";
import { ruleAllows } from "../rbac/rule-matches.ts";
import type { User } from "../user.ts";
import { isRelated } from "./node-graph.ts";
import { nodeNameOf } from "./node-identity.ts";
import { nodeRules } from "./node-rules.ts";

const LEASE_NAMESPACE = "kube-node-lease";

/** Undefined for a user that is no node. */
export async function nodeDecision(
  user: User,
  attributes: Attributes,
  store: ObjectStore,
): Promise<Decision | undefined> {
  const node = nodeNameOf(user);
  if (node === undefined) return undefined;
  if (node === "") return refuse(`unknown node for user ${goQuote(user.name)}`);
  const decide = isResource(attributes)
    ? ownMember(byResource, groupResource(attributes.group, attributes.resource))
    : undefined;
  if (decide && isResource(attributes)) {
    const decision = decide(node, attributes);
    return decision === "if related" ? relation(node, attributes, store) : decision;
  }
  return nodeRules.some((rule) => ruleAllows(rule, attributes)) ? ALLOWED : NO_OPINION;
}

const refuse = (reason: string): Decision => ({ allowed: false, reason });

async function relation(node: string, attributes: ResourceAttributes, store: ObjectStore): Promise<Decision> {
  if (attributes.name === "") return refuse("No Object name found");
  if (await isRelated(node, attributes, store)) return ALLOWED;
  return refuse(`no relationship found between node '${node}' and this object`);
}

type Decide = (node: string, attributes: ResourceAttributes) => Decision | "if related";

const byResource: Readonly<Record<string, Decide>> = {
  secrets: readNamed,
  configmaps: readNamed,
  persistentvolumeclaims: (node, attributes) =>
    attributes.subresource === "status" ? updateStatus(node, attributes) : getOne(node, attributes),
  persistentvolumes: getOne,
  "resourceclaims.resource.k8s.io": getOne,
  "resourceslices.resource.k8s.io": ownSlices,
  "volumeattachments.storage.k8s.io": getOne,
  serviceaccounts: (node, attributes) =>
    attributes.verb === "get" && attributes.subresource === ""
      ? readNamed(node, attributes)
      : createToken(node, attributes),
  "leases.coordination.k8s.io": nodeLease,
  "csinodes.storage.k8s.io": csiNode,
  nodes: ownNode,
  pods: ownPods,
};

function readNamed(_: string, { verb, subresource, namespace }: ResourceAttributes) {
  if (!["get", "list", "watch"].includes(verb)) return refuse("can only read resources of this type");
  if (subresource !== "") return refuse("cannot read subresource");
  return namespace === "" ? refuse("can only read namespaced object of this type") : "if related";
}

function getOne(_: string, { verb, subresource }: ResourceAttributes) {
  if (verb !== "get") return refuse("can only get individual resources of this type");
  return subresource === "" ? "if related" : refuse("cannot get subresource");
}

function updateStatus(_: string, { verb }: ResourceAttributes) {
  if (verb === "update" || verb === "patch") return "if related";
  return refuse("can only get/update/patch this type");
}

function createToken(_: string, { verb, subresource, name }: ResourceAttributes) {
  if (verb !== "create" || name === "") return refuse("can only create tokens for individual service accounts");
  return subresource === "token" ? "if related" : refuse("can only create token subresource of serviceaccount");
}

const OWN_OBJECT_VERBS = ["get", "create", "update", "patch", "delete"];

function nodeLease(node: string, { verb, namespace, name }: ResourceAttributes): Decision {
  if (!OWN_OBJECT_VERBS.includes(verb)) {
    return refuse("can only get, create, update, patch, or delete a node lease");
  }
  if (namespace !== LEASE_NAMESPACE) {
    return refuse(`can only access leases in the ${goQuote(LEASE_NAMESPACE)} system namespace`);
  }
  // A create has no name in its path: the admission plugin checks the object.
  if (verb !== "create" && name !== node) {
    return refuse("can only access node lease with the same name as the requesting node");
  }
  return ALLOWED;
}

function csiNode(node: string, { verb, subresource, name }: ResourceAttributes): Decision {
  if (!OWN_OBJECT_VERBS.includes(verb)) return refuse("can only get, create, update, patch, or delete a CSINode");
  if (subresource !== "") return refuse("cannot authorize CSINode subresources");
  if (verb !== "create" && name !== node) {
    return refuse("can only access CSINode with the same name as the requesting node");
  }
  return ALLOWED;
}

function ownNode(node: string, { verb, subresource, name }: ResourceAttributes): Decision {
  if (subresource === "status") return verb === "update" || verb === "patch" ? ALLOWED : NO_OPINION;
  if (subresource !== "") return NO_OPINION;
  switch (verb) {
    case "create":
    case "update":
    case "patch":
      return ALLOWED;
    case "get":
    case "list":
    case "watch": {
      if (name === node) return ALLOWED;
      const what = name === "" ? "all nodes" : `'${name}'`;
      return refuse(`node '${node}' cannot read ${what}, only its own Node object`);
    }
    default:
      return NO_OPINION;
  }
}

function ownPods(node: string, { verb, subresource, name, fieldSelector = [] }: ResourceAttributes) {
  if (subresource === "status") return verb === "update" || verb === "patch" ? ALLOWED : NO_OPINION;
  if (subresource === "eviction") return verb === "create" ? ALLOWED : NO_OPINION;
  if (subresource !== "") return NO_OPINION;
  switch (verb) {
    case "get":
      return "if related";
    case "list":
    case "watch":
      if (isPinned(fieldSelector, node)) return ALLOWED;
      return name === "" ? refuse("can only list/watch pods with spec.nodeName field selector") : "if related";
    case "create":
    case "delete":
      return ALLOWED;
    default:
      return NO_OPINION;
  }
}

const isPinned = (fieldSelector: readonly Requirement[], node: string): boolean =>
  fieldSelector.some(
    ({ key, operator, values }) =>
      key === "spec.nodeName" && operator === "in" && values.length === 1 && values[0] === node,
  );

function ownSlices(node: string, { verb, subresource, fieldSelector = [] }: ResourceAttributes) {
  if (subresource !== "") return refuse("cannot authorize ResourceSlice subresources");
  switch (verb) {
    case "create":
      return ALLOWED;
    case "get":
    case "update":
    case "patch":
    case "delete":
      return "if related";
    case "list":
    case "watch":
    case "deletecollection":
      return isPinned(fieldSelector, node)
        ? ALLOWED
        : refuse("can only list/watch/deletecollection resourceslices with nodeName field selector");
    default:
      return refuse(
        "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection",
      );
  }
}
