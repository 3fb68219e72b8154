import type { RequestContext } from "../request-context.ts";
import { KeyedReads } from "./keyed-reads.ts";
import type { AdmissionRequest } from "./plugin.ts";

type Subject = Pick<AdmissionRequest, "operation" | "subresource" | "name" | "object" | "old" | "dryRun"> &
  Partial<Pick<AdmissionRequest, "namespace" | "options">>;

/** A request before any plugin has seen it. The namespace is the URL's, unless that covers several. */
export const newAdmissionRequest = (context: RequestContext, subject: Subject): AdmissionRequest => ({
  context,
  namespace: context.path.namespace,
  ...subject,
  reads: new KeyedReads(context.store),
  writes: [],
  drawn: new Set(),
});
