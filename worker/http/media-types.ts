/** The media types in which objects are answered, and the events of watches. */

export const PROTOBUF = "application/vnd.kubernetes.protobuf";

export type MediaType = "application/json" | "application/yaml" | typeof PROTOBUF;

export const OBJECT_TYPES: readonly MediaType[] = ["application/json", "application/yaml", PROTOBUF];
export const EVENT_TYPES = ["application/json;stream=watch", `${PROTOBUF};stream=watch`];
