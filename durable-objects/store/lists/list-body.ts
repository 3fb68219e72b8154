/** The body of a list: its items, and the frame around them. */
import { chunkStream } from "../chunk-stream.ts";
import { joinBytes } from "../join-bytes.ts";
import type { Turns } from "../turns.ts";
import { type Deflated, deflate, GZIP_HEADER, gzipTrailer, joinCrc } from "./gzip.ts";
import type { ItemForm } from "./item-form.ts";
import { type ItemPartsOptions, itemParts } from "./item-parts.ts";
import type { Part } from "./item-runs.ts";
import { NO_FRAME, type WrittenFrame } from "./list-frame.ts";

interface ListBodyOptions extends ItemPartsOptions {
  readonly turns: Turns;
  readonly frame?: WrittenFrame;
  /** As of a {@link chunkStream}. */
  readonly closed: () => void;
  readonly stalled: () => void;
}

/** How many bytes are buffered of a list whose length must be known before its first byte is written. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/** kube-apiserver compresses answers larger than this. */
const MIN_COMPRESSED_BYTES = 128 * 1024;

/** How long reading ahead may hold the thread. */
const TURN_MS = 20;

/** A short list is one piece: each of a stream costs its reader a wait. */
export interface ListBody {
  readonly body: ReadableStream<Uint8Array> | Uint8Array;
  readonly encoding: "gzip" | "identity";
}

export async function listBody(options: ListBodyOptions): Promise<ListBody> {
  try {
    return await open(options);
  } catch (error) {
    options.closed();
    throw error;
  }
}

async function open({ turns, frame = NO_FRAME, closed, stalled, ...list }: ListBodyOptions): Promise<ListBody> {
  const { open, close, gzip } = frame;
  const parts = itemParts(list);
  const { length, items, ahead, all } =
    open instanceof Uint8Array
      ? await readAhead(parts, gzip ? MIN_COMPRESSED_BYTES : 0)
      : await readAhead(parts, Number.POSITIVE_INFINITY, turns);
  const around = { open: open instanceof Uint8Array ? open : open(length), close };
  const encoding = gzip && length > MIN_COMPRESSED_BYTES ? "gzip" : "identity";
  const bytesOf = bytesBy(list.form, turns.now());
  if (encoding === "identity" && all && items === list.revisions.length && length <= MIN_COMPRESSED_BYTES) {
    closed();
    return { body: joinBytes([...plain(ahead, around, bytesOf)]), encoding };
  }
  // Too long to buffer: the parts that were only measured are rendered again.
  const rest = all ? chain(ahead, parts) : itemParts(list);
  const chunks = encoding === "gzip" ? packed(rest, around, bytesOf) : plain(rest, around, bytesOf);
  return { body: chunkStream({ chunks, turns, closed, stalled }), encoding };
}

interface Ahead {
  /** Total bytes of the parts that were read. */
  readonly length: number;
  /** Of the parts that were read. */
  readonly items: number;
  readonly ahead: readonly Part[];
  /** All parts that were read are still buffered. */
  readonly all: boolean;
}

/** Reads parts until they exceed `enough` bytes; with `turns`, other requests run in between. */
async function readAhead(parts: Iterator<Part>, enough: number, turns?: Pick<Turns, "now" | "later">): Promise<Ahead> {
  const ahead: Part[] = [];
  let turnEnds = (turns?.now() ?? 0) + TURN_MS;
  let length = 0;
  let items = 0;
  while (length <= enough) {
    const { value: part } = parts.next();
    if (!part) break;
    length += part.bytes.length;
    items += part.items;
    if (length <= MAX_BUFFERED_BYTES) ahead.push(part);
    else ahead.length = 0;
    if (!turns || turns.now() < turnEnds) continue;
    await networkPolled(turns);
    turnEnds = turns.now() + TURN_MS;
  }
  return { length, items, ahead, all: length <= MAX_BUFFERED_BYTES };
}

/** After a single turn the next may be due before the network was polled. */
async function networkPolled({ later }: Pick<Turns, "later">): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => later(resolve));
}

function* chain(ahead: Iterable<Part>, rest: Iterable<Part>): Iterable<Part> {
  yield* ahead;
  yield* rest;
}

type Around = Readonly<Record<"open" | "close", Uint8Array>>;

interface BytesOf {
  (part: Part, first: boolean): Uint8Array;
  /** Whether all parts but the first are sent as cached. */
  readonly areCached: boolean;
}

/** Parts begin with a separator, which must be dropped from the first. */
function bytesBy({ separator, at }: ItemForm, now: number): BytesOf {
  const own = ({ bytes }: Part, first: boolean) => (first ? bytes.subarray(separator.length) : bytes);
  const bytesOf = at ? (part: Part, first: boolean) => at(now, own(part, first)) : own;
  return Object.assign(bytesOf, { areCached: at === undefined });
}

function* plain(parts: Iterable<Part>, { open, close }: Around, bytesOf: BytesOf): Generator<Uint8Array, undefined> {
  if (open.length > 0) yield open;
  let first = true;
  for (const part of parts) {
    yield bytesOf(part, first);
    first = false;
  }
  if (close.length > 0) yield close;
}

function* packed(parts: Iterable<Part>, { open, close }: Around, bytesOf: BytesOf): Generator<Uint8Array, undefined> {
  let crc = 0;
  let length = 0;
  const counted = (deflated: Deflated): Uint8Array => {
    crc = joinCrc(crc, deflated);
    length += deflated.length;
    return deflated.bytes;
  };
  yield GZIP_HEADER;
  yield counted(deflate(open));
  let first = true;
  for (const part of parts) {
    yield counted((!first && bytesOf.areCached && part.deflated?.()) || deflate(bytesOf(part, first)));
    first = false;
  }
  yield counted(deflate(close));
  yield gzipTrailer({ crc, length });
}
