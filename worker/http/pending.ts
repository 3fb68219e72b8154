/** Interim: what the wire formats' own modules are about to offer. */
import type { DecodedBody, GroupVersionKind } from "../../api/machinery/decode.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { Resource } from "../../api/resources/resource.ts";
import { PlainTextError } from "./api-error.ts";
import { NOT_ACCEPTABLE } from "./negotiate.ts";

const refuse = (): never => {
  throw new PlainTextError(406, NOT_ACCEPTABLE);
};
export type IncludeObject = "None" | "Metadata" | "Object";
export const encodeProtobuf = (_object: KubeObject): Uint8Array<ArrayBuffer> => refuse();
export const encodeWatchEvent = (_type: string, _object: KubeObject): Uint8Array<ArrayBuffer> => refuse();
export const decodeProtobuf = (_body: Uint8Array, _expected: GroupVersionKind): DecodedBody => refuse();
export const partialObjectMetadata = (_object: KubeObject): KubeObject => refuse();
export const partialObjectMetadataList = (_objects: readonly KubeObject[], _metadata: object): object => refuse();
export const renderTable = (_resource: Resource, _objects: readonly KubeObject[], _options: object): object => refuse();
