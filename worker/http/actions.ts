/** Kinds whose POST is an action and not an object to be stored. */
import { groupResource } from "../../api/machinery/meta.ts";
import type { RequestContext } from "./context.ts";
import { bindPod } from "./subresources/binding.ts";

type Serve = (context: RequestContext) => Promise<Response>;

const actions: Readonly<Record<string, Serve>> = {
  bindings: bindPod,
};

export const findAction = ({ served: { resource } }: RequestContext): Serve | undefined =>
  actions[groupResource(resource.group, resource.plural)];
