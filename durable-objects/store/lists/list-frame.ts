/** What surrounds the items of a list: its kind, its revision, and how to continue if there is more. */

import { ProtobufList } from "../../../api/machinery/protobuf/list.ts";
import { formatContinue } from "../../../api/store/continue-token.ts";
import type { ItemRequest, ListFrame, ListHead, Revision } from "../../../api/store/store.ts";
import { writeRevision } from "../revision-text.ts";

export interface WrittenFrame {
  /** What precedes the items, or how to make that from their total length in bytes. */
  readonly open: Uint8Array | ((length: number) => Uint8Array);
  readonly close: Uint8Array;
  /** Whether to compress if the list is large. */
  readonly gzip: boolean;
}

export const NO_FRAME: WrittenFrame = { open: new Uint8Array(), close: new Uint8Array(), gzip: false };

const encoder = new TextEncoder();

interface Framed {
  readonly head: ListHead;
  /** The requested form. */
  readonly items: ItemRequest | undefined;
  readonly revisions: readonly Revision[];
}

export function writeFrame(frame: ListFrame, { head, items, revisions }: Framed): WrittenFrame {
  const { gzip } = frame;
  const list = items && "protobufList" in items ? ProtobufList.of(items.protobufList) : undefined;
  if (list) {
    const metadata = { resourceVersion: String(head.revision), ...goOn(frame, head) };
    return { open: (length) => list.open(metadata, length), close: list.close, gzip };
  }
  const open = openText(frame, head);
  const [before, after] =
    revisions.length === 0 && frame.nullIfEmpty
      ? [`${open.slice(0, -1)}null`, frame.close.slice(1)]
      : [open, frame.close];
  return { open: encoder.encode(before), close: encoder.encode(after), gzip };
}

/** Kubernetes writes `continue` and `remainingItemCount` after `resourceVersion`. */
function openText(frame: ListFrame, head: ListHead): string {
  const text = writeRevision(frame.open, head.revision);
  const more = goOn(frame, head);
  if (!more) return text;
  const members = JSON.stringify(more).slice(1, -1);
  // Lists of custom kinds have an empty `continue` if there is no more.
  if (text.includes(NO_MORE)) return text.replace(NO_MORE, members);
  const own = `"resourceVersion":"${head.revision}"`;
  return text.replace(own, `${own},${members}`);
}

const NO_MORE = '"continue":""';

function goOn({ page }: ListFrame, { revision, more, last, remaining }: ListHead): object | undefined {
  if (!more || !last) return undefined;
  const after = page.within ? { namespace: "", name: last.name } : last;
  return {
    continue: formatContinue({ revision, issued: page.issued, after }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  };
}
