/** Events as kube-scheduler records them: of events.k8s.io, in the core form in which they are stored. */
import type { Event } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { microTimestamp, timestamp } from "../../../api/machinery/time/time.ts";

export interface SchedulerEvent {
  readonly about: Stored<KubeObject>;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

export interface EventStamp {
  readonly uid: string;
  /** ms since the epoch. */
  readonly now: number;
  /** Unique: the suffix of the event's name. */
  readonly suffix: string;
}

const COMPONENT = "default-scheduler";

export function eventOf({ about, type, reason, action, note }: SchedulerEvent, stamp: EventStamp): Stored<Event> {
  const namespace = about.metadata.namespace || "default";
  const event = {
    kind: "Event",
    apiVersion: "v1",
    metadata: {
      name: `${about.metadata.name}.${stamp.suffix}`,
      namespace,
      uid: stamp.uid,
      resourceVersion: "",
      creationTimestamp: timestamp(stamp.now),
    },
    involvedObject: referenceTo(about),
    reason,
    message: note,
    source: {},
    // Unset times of an event are rendered as null.
    firstTimestamp: null,
    lastTimestamp: null,
    type,
    eventTime: microTimestamp(stamp.now),
    action,
    reportingComponent: COMPONENT,
    reportingInstance: COMPONENT,
  };
  return event as unknown as Stored<Event>;
}

const referenceTo = ({
  kind,
  apiVersion,
  metadata: { namespace, name, uid, resourceVersion },
}: Stored<KubeObject>) => ({
  kind,
  ...(namespace ? { namespace } : {}),
  name,
  uid,
  apiVersion,
  resourceVersion,
});
