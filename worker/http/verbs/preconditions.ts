/** What a body demands of the stored object that it changes, refused in the words of Kubernetes' storage. */
import { parseUintProblem } from "../../../api/machinery/encoding/parse-uint.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { conflict, failure } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { Served } from "../../kinds/kind-registry.ts";
import { preconditionProblem } from "../../registry/precondition-problem.ts";
import type { RequestContext } from "../../request-context.ts";

/** Names that Kubernetes' storage uses for resources, if not their own. */
const STORED_AS: Readonly<Record<string, string>> = {
  endpoints: "services/endpoints",
  ingresses: "ingress",
  nodes: "minions",
  replicationcontrollers: "controllers",
  services: "services/specs",
};

/** The etcd key's prefix, as in such errors: only custom and newer built-in kinds have their group in the key. */
function registryPrefix({ custom, resource: { group, plural } }: Served): string {
  if (custom || group === "apiextensions.k8s.io" || group === "apiregistration.k8s.io") return `${group}/${plural}`;
  return STORED_AS[plural] ?? plural;
}

interface Checked {
  readonly current: { readonly metadata: { readonly uid?: string; readonly resourceVersion?: string } };
  readonly dryRun: boolean;
}

/** A body with a uid means that object, and not a later one of the same name. */
export function checkUid(context: RequestContext, { metadata: { uid } }: KubeObject, checked: Checked): void {
  const { uid: actual } = checked.current.metadata;
  if (uid && uid !== actual)
    throw preconditionFailed(context, checked, preconditionProblem({ field: "UID", expected: uid, actual }));
}

/** The same for a body that may also mean one revision of the object. */
export function checkPreconditions(context: RequestContext, body: KubeObject, checked: Checked): void {
  checkUid(context, body, checked);
  const { resourceVersion: expected } = body.metadata;
  const { resourceVersion: actual } = checked.current.metadata;
  if (expected && expected !== actual)
    throw preconditionFailed(context, checked, preconditionProblem({ field: "ResourceVersion", expected, actual }));
}

/** For a PUT or an apply that creates: a new object has no revision, but what is given must be one. */
export function dropRevision({ metadata }: KubeObject): void {
  const problem = metadata.resourceVersion ? parseUintProblem(metadata.resourceVersion) : undefined;
  if (problem) throw new ApiError(failure(500, "", problem));
  delete metadata.resourceVersion;
}

function preconditionFailed({ served, path }: RequestContext, { dryRun }: Checked, problem: string): ApiError {
  const { resource, group } = served;
  const place = resource.scope === "Cluster" ? path.name : `${path.namespace}/${path.name}`;
  // A dry run has no key.
  const root = dryRun ? "" : "/registry";
  const why =
    `StorageError: invalid object, Code: 4, Key: ${root}/${registryPrefix(served)}/${place}, ResourceVersion: 0, ` +
    `AdditionalErrorMsg: ${problem}`;
  return new ApiError(conflict({ group, resource: resource.plural }, path.name, why));
}
