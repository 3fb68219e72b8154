import { goQuote } from "../../../api/machinery/field-error.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { pathSegmentName } from "../../../api/machinery/names.ts";
import { badRequest } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { placeInNamespace } from "../../registry/place-in-namespace.ts";
import type { RequestContext } from "../../request-context.ts";

/** A write changes neither which object it is nor where it is served. */
export function checkIdentity(context: RequestContext, draft: KubeObject): void {
  placeInNamespace(context, draft);
  checkName(draft, context.path.name);
}

function checkName({ metadata }: KubeObject, name: string): void {
  if (!metadata.name) {
    throw new ApiError(
      badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`),
    );
  }
  if (metadata.name !== name) {
    throw new ApiError(
      badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`),
    );
  }
}

/** A name from a body must be one that an object can have. */
export function requireStorableName(name: string): void {
  if (name === "") throw new ApiError(badRequest("Name parameter required."));
  const [problem] = pathSegmentName(name);
  if (problem) throw new ApiError(badRequest(`Name parameter invalid: ${goQuote(name)}: ${problem}`));
}
