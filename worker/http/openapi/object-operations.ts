/** Operations on one object of a kind, or on a subresource of it. */
import type { Resource } from "../../../api/resources/resource.ts";
import { type KindTerms, STRATEGIC } from "./kind-terms.ts";
import { type Operation, withArticle } from "./operations.ts";
import { DELETE, FORCE, PRETTY, RESOURCE_VERSION, WRITE } from "./parameters.ts";

const PATCH_TYPES = [
  "application/apply-patch+yaml",
  "application/json-patch+json",
  "application/merge-patch+json",
  STRATEGIC,
];

export const read = (terms: KindTerms): Operation => ({
  ...terms.base,
  ...terms.own,
  method: "get",
  description: `read ${terms.ofWhat}the specified ${terms.kind}`,
  operationId: terms.name("read"),
  parameters: terms.isCustom ? [RESOURCE_VERSION, PRETTY] : [PRETTY],
  codes: [200],
  action: "get",
});

export const replace = (terms: KindTerms): Operation => ({
  ...terms.base,
  ...terms.own,
  method: "put",
  description: `replace ${terms.ofWhat}the specified ${terms.kind}`,
  operationId: terms.name("replace"),
  parameters: [...WRITE, PRETTY],
  body: terms.body(terms.ref),
  codes: [200, 201],
  action: "put",
});

export const patch = (terms: KindTerms): Operation => ({
  ...terms.base,
  ...terms.own,
  method: "patch",
  description: `partially update ${terms.ofWhat}the specified ${terms.kind}`,
  operationId: terms.name("patch"),
  parameters: [...WRITE, FORCE, PRETTY],
  body: { schema: terms.common.patch, types: terms.known(PATCH_TYPES), required: true },
  codes: terms.isCustom ? [200] : [200, 201],
  action: "patch",
});

export const remove = (terms: KindTerms, { deleteReturnsObject, isHeld }: Resource): Operation => ({
  ...terms.base,
  ...terms.own,
  // The answer to deleting a held object is the object, but Kubernetes documents a Status all the same.
  response: deleteReturnsObject && !terms.isCustom && !isHeld ? terms.ref : terms.common.status,
  method: "delete",
  description: `delete ${withArticle(terms.kind)}`,
  operationId: terms.name("delete"),
  parameters: [...DELETE, PRETTY],
  body: terms.body(terms.common.deleteOptions, "optional"),
  codes: [200, 202],
  action: "delete",
});
