import type { VolumeAttachment, VolumeAttachmentSource, VolumeError } from "../../generated/storage.v1.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, required, tooLong } from "../../machinery/field-error.ts";
import { dnsSubdomain, rangeProblem } from "../../machinery/names.ts";
import { defaultInlineVolume } from "../core/persistent-volume/persistent-volume-defaults.ts";
import { validateInlineVolumeSpec } from "../core/persistent-volume/persistent-volume-validation.ts";
import { internalForm } from "../internal-form.ts";
import { defineResource } from "../resource.ts";
import { checkDriverName } from "./driver-name.ts";

const MAX_METADATA_BYTES = 256 * 1024;
const MAX_ERROR = 1024;
const MAX_INT32 = 2 ** 31 - 1;

export const volumeAttachment = defineResource<VolumeAttachment>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "VolumeAttachment",
  plural: "volumeattachments",
  scope: "Cluster",
  updateChecks: ["meta", "whole", "changes"],
  deleteReturnsObject: true,
  allowUnconditionalUpdate: false,
  defaults: ({ spec: { source } }) => {
    if (source?.inlineVolumeSpec) defaultInlineVolume(source.inlineVolumeSpec);
  },
  validate: validateAttachment,
  validateUpdate: ({ spec }, old) =>
    sameValue(spec, old.spec)
      ? []
      : [invalid("spec", internalForm("storage.v1.VolumeAttachmentSpec", spec), "field is immutable")],
  status: {
    retainsMetadata: "mark",
    validateUpdate: validateAttachment,
  },
  columns: [
    {
      name: "Attacher",
      type: "string",
      format: "name",
      description: { field: "storage.v1.VolumeAttachmentSpec.attacher" },
      of: ({ spec }) => spec.attacher,
    },
    {
      name: "PV",
      type: "string",
      description: { field: "storage.v1.VolumeAttachmentSource.persistentVolumeName" },
      of: ({ spec }) => spec.source.persistentVolumeName ?? "",
    },
    {
      name: "Node",
      type: "string",
      description: { field: "storage.v1.VolumeAttachmentSpec.nodeName" },
      of: ({ spec }) => spec.nodeName,
    },
    {
      name: "Attached",
      type: "boolean",
      description: { field: "storage.v1.VolumeAttachmentStatus.attached" },
      of: ({ status }) => status.attached ?? false,
    },
  ],
});

function validateAttachment({ spec, status }: VolumeAttachment): FieldError[] {
  const errors: FieldError[] = [];
  checkDriverName(errors, "spec.attacher", spec.attacher ?? "");
  checkSource(errors, "spec.source", spec.source ?? {});
  const { nodeName = "" } = spec;
  for (const problem of dnsSubdomain(nodeName)) errors.push(invalid("spec.nodeName", nodeName, problem));
  checkMetadata(errors, "status.attachmentMetadata", status.attachmentMetadata);
  checkError(errors, "status.attachError", status.attachError);
  checkError(errors, "status.detachError", status.detachError);
  const volume = spec.source?.persistentVolumeName;
  if (volume !== undefined)
    for (const problem of dnsSubdomain(volume))
      errors.push(invalid("spec.source.persistentVolumeName", volume, problem));
  return errors;
}

function checkSource(errors: FieldError[], path: string, source: VolumeAttachmentSource): void {
  const { persistentVolumeName: name, inlineVolumeSpec } = source;
  if (name === undefined && inlineVolumeSpec === undefined)
    errors.push(required(path, "must specify exactly one of inlineVolumeSpec and persistentVolumeName"));
  else if (name !== undefined && inlineVolumeSpec !== undefined)
    errors.push(forbidden(path, "must specify exactly one of inlineVolumeSpec and persistentVolumeName"));
  else if (name === "")
    errors.push(required(`${path}.persistentVolumeName`, "must specify non empty persistentVolumeName"));
  else if (inlineVolumeSpec) errors.push(...validateInlineVolumeSpec(inlineVolumeSpec, `${path}.inlineVolumeSpec`));
}

function checkMetadata(errors: FieldError[], path: string, metadata: Readonly<Record<string, string>> = {}): void {
  let bytes = 0;
  for (const key in metadata) bytes += utf8Length(key) + utf8Length(metadata[key] ?? "");
  if (bytes > MAX_METADATA_BYTES) errors.push(tooLong(path, MAX_METADATA_BYTES));
}

function checkError(errors: FieldError[], path: string, error: VolumeError | undefined): void {
  // Kubernetes reports the limit for the metadata in place of the message's.
  if (error?.message && utf8Length(error.message) > MAX_ERROR)
    errors.push(tooLong(`${path}.message`, MAX_METADATA_BYTES));
  const code = error?.errorCode;
  if (code !== undefined && code < 0) errors.push(invalid(`${path}.errorCode`, code, rangeProblem(0, MAX_INT32)));
}
