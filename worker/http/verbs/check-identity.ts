import type { KubeObject } from "../../../api/machinery/meta.ts";
import type { RequestContext } from "../../request-context.ts";
import { placeInNamespace } from "./create.ts";
import { checkName } from "./update.ts";

/** A patch changes neither which object it is nor where it lives. */
export function checkIdentity(context: RequestContext, draft: KubeObject): void {
  placeInNamespace(context, draft);
  checkName(draft, context.path.name);
}
