/** What an update of an object, or of one of its subresources, may change. */

import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { forgiveStoredAddresses } from "../../api/machinery/network/ip-validation.ts";
import { validateObjectMetaUpdate } from "../../api/machinery/object-meta-validation.ts";
import type { Resource } from "../../api/resources/resource.ts";
import { fewErrors } from "./error-count.ts";
import {
  prepareStatusUpdate,
  prepareUpdate,
  retainServerFields,
  validateStatusUpdate,
  validateUpdate,
} from "./strategy.ts";
import type { Update } from "./update.ts";

type Strategy = Pick<Update, "prepare" | "validate">;

export function updateStrategy(resource: Resource, subresource: string): Strategy {
  const { prepare, validate } = strategyOf(resource, subresource);
  return { prepare, validate: (draft, current) => fewErrors(() => validate(draft, current)) };
}

function strategyOf(resource: Resource, subresource: string): Strategy {
  if (subresource === "") {
    return {
      prepare: (draft, current) => prepareUpdate(resource, draft, current),
      validate: (draft, current) => validateUpdate(resource, draft, current),
    };
  }
  if (subresource === "status") {
    return {
      prepare: (draft, current) => prepareStatusUpdate(resource, draft, current),
      validate: (draft, current) => validateStatusUpdate(resource, draft, current),
    };
  }
  const own = resource.subresources?.[subresource];
  return {
    prepare: (draft: KubeObject, current: Stored<KubeObject>) => {
      retainServerFields(draft, current);
      own?.prepareUpdate?.(draft, current);
    },
    validate: (draft, current) => {
      const ofMeta = validateObjectMetaUpdate(draft.metadata, current.metadata);
      const ofPart = forgiveStoredAddresses(own?.validateUpdate?.(draft, current) ?? [], current);
      return [...ofMeta, ...ofPart, ...ofMeta];
    },
  };
}
