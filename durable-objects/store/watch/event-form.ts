/**
 * How a watch renders events. Each event is rendered once per form, and its bytes are shared by all watchers that ask
 * for the form.
 */
import { metadataText } from "../../../api/machinery/json/object-text.ts";
import { partialObjectMetadata, viewAtVersion } from "../../../api/machinery/partial-metadata.ts";
import { encodeProtobuf, encodeWatchFrame } from "../../../api/machinery/protobuf/protobuf.ts";
import type { EventRequest } from "../../../api/store/event-request.ts";
import type { WatchRequest } from "../../../api/store/store.ts";
import { HEARTBEAT } from "../../../api/watch-heartbeat.ts";
import { joinBytes } from "../join-bytes.ts";
import type { ItemForm, WrittenRun } from "../lists/item-form.ts";
import { textRun } from "../lists/text-items.ts";

export interface EventForm {
  /** Forms of the same name render alike. */
  readonly name: string;
  /** Begins a run of events that are sent together, from objects' stored texts. */
  readonly run: () => EventWriter;
  /** Renders an event about an object that is not stored. */
  readonly other: (type: "BOOKMARK" | "ERROR", object: Typed) => Uint8Array;
  /** Carries no information; absent in protobuf, which has no such filler. */
  readonly heartbeat?: Uint8Array;
}

export interface EventWriter {
  /** Returns the approximate length of the run so far. */
  add(type: string, text: string): number;
  finish(): WrittenRun;
}

interface Typed {
  readonly kind?: string;
  readonly apiVersion?: string;
}

const encoder = new TextEncoder();

const line = (type: string, object: string): string => `{"type":"${type}","object":${object}}\n`;

const jsonForm = (name: string, of: (text: string) => string): EventForm => ({
  name,
  run() {
    const run = textRun();
    return { add: (type, text) => run.add(line(type, of(text))), finish: run.finish };
  },
  other: (type, object) => encoder.encode(line(type, JSON.stringify(object))),
  heartbeat: HEARTBEAT,
});

const protobufForm = (name: string, read: (text: string) => Typed): EventForm => ({
  name,
  run() {
    const frames: Uint8Array[] = [];
    const ends: number[] = [];
    let length = 0;
    return {
      add(type, text) {
        const bytes = frame(type, read(text));
        frames.push(bytes);
        length += bytes.length;
        ends.push(length);
        return length;
      },
      finish: () => ({ bytes: joinBytes(frames), ends }),
    };
  },
  other: frame,
});

function frame(type: string, object: Typed): Uint8Array {
  const encoded = encodeProtobuf(object);
  if (!encoded) throw new Error(`${object.kind} has no protobuf form`);
  return encodeWatchFrame(type, encoded);
}

const forms = new Map<string, EventForm>();

export function eventForm({ metadataAt, protobuf = false }: EventRequest = {}): EventForm {
  const name = `${metadataAt ? `metadata ${metadataAt}` : "whole"}${protobuf ? " in protobuf" : ""}`;
  const known = forms.get(name);
  if (known) return known;
  const made = protobuf
    ? protobufForm(name, metadataAt ? (text) => metadataOf(text, metadataAt) : (text) => JSON.parse(text) as Typed)
    : jsonForm(name, metadataAt ? (text) => `${metadataHead(metadataAt)}${metadataText(text)}}` : (text) => text);
  forms.set(name, made);
  return made;
}

type MetadataVersion = NonNullable<EventRequest["metadataAt"]>;

const metadataHead = (version: MetadataVersion) =>
  `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${version}","metadata":`;

const metadataOf = (text: string, version: MetadataVersion) =>
  viewAtVersion(partialObjectMetadata({ metadata: JSON.parse(metadataText(text)) }), version);

/** The state that a watch begins with, as list items. */
export const addedItems = (form: EventForm): ItemForm => ({
  name: `added ${form.name}`,
  separator: "",
  run() {
    const run = form.run();
    return { add: (text) => run.add("ADDED", text), finish: run.finish };
  },
});

/** The annotation by which a streaming list knows that it is complete. */
export const INITIAL_EVENTS_END = { "k8s.io/initial-events-end": "true" };

/** Says that everything up to this revision was sent. */
export function bookmark(
  { bookmarkKind: { apiVersion, kind, zero }, events }: Pick<WatchRequest, "bookmarkKind" | "events">,
  revision: number,
  annotations?: Readonly<Record<string, string>>,
): Uint8Array {
  const metadata = { resourceVersion: String(revision), ...(annotations && { annotations }) };
  const object = events?.metadataAt
    ? viewAtVersion(partialObjectMetadata({ metadata }), events.metadataAt)
    : { kind, apiVersion, metadata, ...zero };
  return eventForm(events).other("BOOKMARK", object);
}
