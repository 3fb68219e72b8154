import type { SchemaSource } from "../idl.ts";

export const eventsV1: SchemaSource = {
  name: "events.v1",
  group: "events.k8s.io",
  version: "v1",
  package: "io.k8s.api.events.v1",
  types: `
Event kind
  1 metadata meta.v1.ObjectMeta always
  2 eventTime MicroTime required
  3 series *EventSeries
  4 reportingController string
  5 reportingInstance string
  6 action string
  7 reason string
  8 regarding core.v1.ObjectReference
  9 related *core.v1.ObjectReference
  10 note string
  11 type string
  12 deprecatedSource core.v1.EventSource
  13 deprecatedFirstTimestamp Time
  14 deprecatedLastTimestamp Time
  15 deprecatedCount int32
EventSeries
  1 count int32 required default=0
  2 lastObservedTime MicroTime required
`,
};
