/**
 * A list in protobuf, written in parts. Repeated fields may be split over parts of a message, so the items can be
 * written run by run, independently of each other; only the envelope contains the total length.
 */
import type { FieldDeclaration } from "../../schema/idl.ts";
import type { Struct } from "../../schema/table.ts";
import { encodeMessage, writeValue } from "./encode.ts";
import { type Typed, wireStructOf, writeBeginning, writeEnd } from "./protobuf.ts";
import { ProtobufWriter } from "./writer.ts";

interface EncodedItems {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The offset in `bytes` at which each item ends. */
  readonly ends: readonly number[];
}

export class ProtobufList {
  readonly #kind: Typed;
  readonly #struct: Struct;
  readonly #items: FieldDeclaration;

  private constructor(kind: Typed, struct: Struct, items: FieldDeclaration) {
    this.#kind = kind;
    this.#struct = struct;
    this.#items = items;
  }

  /** Undefined for a kind without a protobuf form (custom resources, Table). */
  static of(kind: Typed): ProtobufList | undefined {
    const struct = wireStructOf(kind.apiVersion ?? "", kind.kind ?? "");
    const items = struct?.fields.get("items");
    return struct && items && new ProtobufList(kind, struct, items);
  }

  /** Items of the list, each read when it is written, last one first. */
  items<T>(sources: readonly T[], read: (source: T) => unknown): EncodedItems {
    const writer = new ProtobufWriter();
    const following = sources.map(() => 0);
    for (const [index, source] of [...sources.entries()].reverse()) {
      following[index] = writer.length;
      writeValue(writer, this.#items.number, this.#items.type, read(source));
    }
    // A copy: the writer's result keeps its whole buffer alive.
    return { bytes: writer.finish().slice(), ends: following.map((length) => writer.length - length) };
  }

  /** What precedes items of this total length. */
  open(metadata: object, length: number): Uint8Array<ArrayBuffer> {
    const head = encodeMessage({ metadata }, this.#struct);
    const writer = new ProtobufWriter(head.length + 128);
    writer.raw(head);
    writeBeginning(writer, head.length + length, this.#kind);
    return writer.finish();
  }

  /** What follows them. */
  get close(): Uint8Array<ArrayBuffer> {
    const writer = new ProtobufWriter(8);
    writeEnd(writer);
    return writer.finish();
  }
}

/** Creates an item when it is written. */
type Making = () => object;

/** A list whose items arrive in pages; only their bytes are held in memory; undefined as for `of`. */
export async function encodeProtobufList(
  head: Typed & { readonly metadata: object },
  pages: AsyncIterable<readonly Making[]> | Iterable<readonly Making[]>,
): Promise<Uint8Array<ArrayBuffer>[] | undefined> {
  const list = ProtobufList.of(head);
  if (!list) return undefined;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const page of pages) parts.push(list.items(page, (make) => make()).bytes);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [list.open(head.metadata, length), ...parts, list.close];
}
