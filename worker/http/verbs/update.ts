import { copyJson } from "../../../api/machinery/json/json-copy.ts";
import { updateObject } from "../../registry/update.ts";
import { updateStrategy } from "../../registry/update-strategy.ts";
import type { RequestContext } from "../../request-context.ts";
import { decodeObject } from "../request/body.ts";
import { writeOptions } from "../request/write-options.ts";
import { acceptedBy, atStoredVersion, renderStored } from "../response/views.ts";
import { checkIdentity } from "./check-identity.ts";
import { createObject } from "./create.ts";
import { checkUid, dropRevision } from "./preconditions.ts";

/** PUT of an object or of a subresource that is part of it. */
export async function update(context: RequestContext): Promise<Response> {
  const { served, path } = context;
  const { resource } = served;
  const accepted = acceptedBy(context);
  const options = writeOptions(context.query, "UpdateOptions");
  const body = decodeObject(context, options);
  checkIdentity(context, body);

  const { text, created } = await updateObject(context, {
    subresource: path.subresource,
    dryRun: options.dryRun,
    fieldManager: options.fieldManager,
    ...updateStrategy(resource, path.subresource),
    draftOf(current) {
      const draft = atStoredVersion(served, copyJson(body));
      resource.defaults?.(draft);
      checkUid(context, draft, { current, dryRun: options.dryRun });
      return draft;
    },
    ...(resource.allowCreateOnUpdate && path.subresource === ""
      ? {
          onMissing: async () => {
            checkUid(context, body, { current: { metadata: { uid: "" } }, dryRun: options.dryRun });
            const draft = atStoredVersion(served, copyJson(body));
            dropRevision(draft);
            return { text: await createObject(context, draft, { ...options, otherVerb: true }), created: true };
          },
        }
      : {}),
  });
  return renderStored(context, text, { accepted, status: created ? 201 : 200 });
}
