/** The body of a streamed list: its items in the form asked for, a run of them at a time, from memory or else from the log. */
import type { Revision } from "../../api/store.ts";
import { type Deflated, deflate, GZIP_HEADER, gzipTrailer, joinCrc } from "./gzip.ts";
import type { ItemForm } from "./item-form.ts";
import type { ItemRuns, Part, Run } from "./item-runs.ts";
import { NO_FRAME, type WrittenFrame } from "./list-frame.ts";
import type { LogTables } from "./log-tables.ts";
import type { Turns } from "./turns.ts";

interface ItemStreamOptions {
  readonly tables: LogTables;
  readonly revisions: readonly Revision[];
  readonly turns: Turns;
  readonly form: ItemForm;
  readonly frame?: WrittenFrame;
  /** Where runs are kept; absent for what is picked by a selector, whose runs no other list has. */
  readonly runs?: ItemRuns;
  /** The stream ended: read to its end, cancelled, or given up because nobody read it. */
  readonly closed: () => void;
}

/** Entries looked up by one statement, and the length at which a run ends, in UTF-16 units of text. */
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
/** Bytes that are held at most of a list whose length must be known before its beginning is written. */
const HELD = 16 * 1024 * 1024;
/** A client that takes nothing for so long loses the stream: it pins history. In milliseconds. */
const STALLED = 60_000;

/** kube-apiserver compresses answers above this. */
const WORTH_COMPRESSING = 128 * 1024;

/** Less than any list has. */
const NOTHING = -1;

interface ItemStream {
  readonly stream: ReadableStream<Uint8Array>;
  readonly encoding: "gzip" | "identity";
}

export async function itemStream(options: ItemStreamOptions): Promise<ItemStream> {
  try {
    return await open(options);
  } catch (error) {
    options.closed();
    throw error;
  }
}

async function open({ turns, frame = NO_FRAME, closed, ...list }: ItemStreamOptions): Promise<ItemStream> {
  const { open, close, gzip } = frame;
  const parts = partsOf(list);
  const { length, ahead, all } =
    open instanceof Uint8Array
      ? await readAhead(parts, gzip ? WORTH_COMPRESSING : NOTHING)
      : await readAhead(parts, Number.POSITIVE_INFINITY, turns);
  const around = { open: open instanceof Uint8Array ? open : open(length), close };
  const encoding = gzip && length > WORTH_COMPRESSING ? "gzip" : "identity";
  const bytesOf = bytesBy(list.form, turns.now());
  // Too much to be held: what was only measured is written again.
  const rest = all ? chain(ahead, parts) : partsOf(list);
  const chunks = encoding === "gzip" ? packed(rest, around, bytesOf) : plain(rest, around, bytesOf);
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

interface Ahead {
  /** Bytes of the parts that were read. */
  readonly length: number;
  readonly ahead: readonly Part[];
  /** Nothing of what was read was let go of. */
  readonly all: boolean;
}

/** Reads parts until they are longer than that; with `turns`, others get theirs meanwhile. */
async function readAhead(parts: Iterator<Part>, enough: number, turns?: Pick<Turns, "settled">): Promise<Ahead> {
  const ahead: Part[] = [];
  let length = 0;
  while (length <= enough) {
    const { value: part } = parts.next();
    if (!part) break;
    length += part.bytes.length;
    if (length <= HELD) ahead.push(part);
    else ahead.length = 0;
    await turns?.settled();
  }
  return { length, ahead, all: length <= HELD };
}

function* chain(ahead: Iterable<Part>, rest: Iterable<Part>): Iterable<Part> {
  yield* ahead;
  yield* rest;
}

type Around = Readonly<Record<"open" | "close", Uint8Array>>;

interface BytesOf {
  (part: Part, first: boolean): Uint8Array;
  /** Those of all parts but the first are as they were kept. */
  readonly asKept: boolean;
}

/** Parts begin with a separator; that of the first is none of the list's. */
function bytesBy({ separator, at }: ItemForm, now: number): BytesOf {
  const own = ({ bytes }: Part, first: boolean) => (first ? bytes.subarray(separator.length) : bytes);
  const bytesOf = at ? (part: Part, first: boolean) => at(now, own(part, first)) : own;
  return Object.assign(bytesOf, { asKept: at === undefined });
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
    yield counted((!first && bytesOf.asKept && part.deflated?.()) || deflate(bytesOf(part, first)));
    first = false;
  }
  yield counted(deflate(close));
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
    const run = form.run();
    let items = 0;
    for (let at = next, full = false; at < revisions.length && !full; at = next + items) {
      for (const text of tables.texts(revisions.slice(at, at + LOOKUP))) {
        const length = run.add(text);
        items++;
        const following = revisions[next + items] ?? 0;
        full = length >= enough || (length >= SHORTEST_KEPT && following % BOUNDARY === 0);
        if (full) break;
      }
      if (at === next + items) throw new Error("the log lost an entry that an open list reads");
    }
    return { revisions: revisions.slice(next, next + items), ...run.finish() };
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
