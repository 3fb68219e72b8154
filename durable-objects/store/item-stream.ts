/** The body of a streamed list: item texts joined by commas, a run of them at a time, from memory or else from the log. */
import type { ListFrame, Revision } from "../../api/store.ts";
import { type Deflated, deflate, GZIP_HEADER, gzipTrailer, joinCrc } from "./gzip.ts";
import type { ItemForm } from "./item-form.ts";
import type { ItemRuns, Part, Run } from "./item-runs.ts";
import type { LogTables } from "./log-tables.ts";
import type { Turns } from "./turns.ts";

interface ItemStreamOptions {
  readonly tables: LogTables;
  readonly revisions: readonly Revision[];
  readonly turns: Turns;
  readonly form: ItemForm;
  readonly frame?: Pick<ListFrame, "open" | "close" | "gzip" | "nullIfEmpty">;
  /** Where runs are kept; absent for what is picked by a selector, whose runs no other list has. */
  readonly runs?: ItemRuns;
  /** The stream ended: read to its end, cancelled, or given up because nobody read it. */
  readonly closed: () => void;
}

/** Entries looked up by one statement, and the text at which a run ends, in UTF-16 units. */
const LOOKUP = 128;
const LONGEST_RUN = 256 * 1024;
/** The first run of a list is short, so that the first byte is early. */
const FIRST_RUN = 16 * 1024;
/** A shorter one is not worth keeping: it is what a page's end left of a run. */
const SHORTEST_KEPT = 32 * 1024;
/**
 * Once it is long enough, a run ends before an entry whose revision is a multiple of this. Where runs end depends on what is in
 * them and not on where the list began, so that pages, lists of one namespace and a list after a change come to share them.
 */
const BOUNDARY = 32;
/** What one list may put into memory at most: a long one must not drive out everything. */
const KEPT_OF_ONE_LIST = 16 * 1024 * 1024;
/** A client that takes nothing for so long loses the stream: it pins history. In milliseconds. */
const STALLED = 60_000;

const encoder = new TextEncoder();

/** kube-apiserver compresses answers above this. */
const WORTH_COMPRESSING = 128 * 1024;

interface ItemStream {
  readonly stream: ReadableStream<Uint8Array>;
  readonly encoding: "gzip" | "identity";
}

const NO_FRAME = { open: "", close: "", gzip: false };

export function itemStream({ turns, frame = NO_FRAME, closed, ...list }: ItemStreamOptions): ItemStream {
  const parts = partsOf(list);
  const ahead: Part[] = [];
  let bytes = 0;
  while (frame.gzip && bytes <= WORTH_COMPRESSING) {
    const { value: part } = parts.next();
    if (!part) break;
    ahead.push(part);
    bytes += part.bytes.length;
  }
  const encoding = bytes > WORTH_COMPRESSING ? "gzip" : "identity";
  const all = chain(ahead, parts);
  const chunks = encoding === "gzip" ? packed(all, frame) : plain(all, frame);
  let callOff = () => {};
  const end = () => {
    callOff();
    closed();
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        callOff();
        const { value: chunk } = chunks.next();
        if (!chunk) {
          controller.close();
          return end();
        }
        controller.enqueue(chunk);
        callOff = turns.after(STALLED, () => {
          controller.error(new Error("the list was not read"));
          end();
        });
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
  return { stream, encoding };
}

function* chain(ahead: Iterable<Part>, rest: Iterable<Part>): Iterable<Part> {
  yield* ahead;
  yield* rest;
}

type Frame = NonNullable<ItemStreamOptions["frame"]>;

/** Parts begin with a comma; that of the first is none of the list's. */
const bytesOf = ({ bytes }: Part, first: boolean): Uint8Array => (first ? bytes.subarray(1) : bytes);

function* plain(parts: Iterable<Part>, { open, close, nullIfEmpty }: Frame): Generator<Uint8Array, undefined> {
  let first = true;
  for (const part of parts) {
    if (first && open !== "") yield encoder.encode(open);
    yield bytesOf(part, first);
    first = false;
  }
  const end = first ? emptyFrame({ open, close, nullIfEmpty: nullIfEmpty ?? false }) : close;
  if (end !== "") yield encoder.encode(end);
}

const emptyFrame = ({ open, close, nullIfEmpty }: { open: string; close: string; nullIfEmpty: boolean }): string =>
  nullIfEmpty ? `${open.slice(0, -1)}null${close.slice(1)}` : open + close;

function* packed(parts: Iterable<Part>, { open, close }: Frame): Generator<Uint8Array, undefined> {
  let crc = 0;
  let length = 0;
  const counted = (deflated: Deflated): Uint8Array => {
    crc = joinCrc(crc, deflated);
    length += deflated.length;
    return deflated.bytes;
  };
  yield GZIP_HEADER;
  yield counted(deflate(encoder.encode(open)));
  let first = true;
  for (const part of parts) {
    yield counted((!first && part.deflated?.()) || deflate(bytesOf(part, first)));
    first = false;
  }
  yield counted(deflate(encoder.encode(close)));
  yield gzipTrailer({ crc, length });
}

/** The list in parts, from memory or else from the log. */
function* partsOf({
  tables,
  revisions,
  form,
  runs,
}: Omit<ItemStreamOptions, "turns" | "frame" | "closed">): Generator<Part, undefined> {
  let next = 0;
  let kept = 0;
  const readRun = (): Run => {
    const enough = next === 0 ? FIRST_RUN : LONGEST_RUN;
    let text = "";
    const ends: number[] = [];
    for (let at = next, full = false; at < revisions.length && !full; at = next + ends.length) {
      for (const item of tables.texts(revisions.slice(at, at + LOOKUP))) {
        text += `,${form.of(item)}`;
        ends.push(text.length);
        const following = revisions[next + ends.length] ?? 0;
        full = text.length >= enough || (text.length >= SHORTEST_KEPT && following % BOUNDARY === 0);
        if (full) break;
      }
      if (at === next + ends.length) throw new Error("the log lost an entry that an open list reads");
    }
    const bytes = encoder.encode(text);
    return { revisions: revisions.slice(next, next + ends.length), ends: endsInBytes(text, ends, bytes), bytes };
  };
  while (next < revisions.length) {
    const part = runs?.find(revisions, next, form.name) ?? readPart();
    next += part.items;
    yield part;
  }

  function readPart(): Part {
    const run = readRun();
    const { length } = run.bytes;
    if (!runs || (length < SHORTEST_KEPT && next > 0) || kept + length > KEPT_OF_ONE_LIST)
      return { items: run.revisions.length, bytes: run.bytes };
    kept += length;
    return runs.keep(run, form.name);
  }
}

/** Where each item ends in bytes, from where it ends in the text. */
function endsInBytes(text: string, ends: readonly number[], bytes: Uint8Array): readonly number[] {
  if (bytes.length === text.length) return ends;
  let end = 0;
  return ends.map((textEnd, item) => {
    end += encoder.encode(text.slice(ends[item - 1] ?? 0, textEnd)).length;
    return end;
  });
}
