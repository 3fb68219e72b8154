/**
 * Table rows as items of a streamed list. An object's age depends on when it is rendered, and the rest of a row only on
 * what is stored: rows are cached with their timestamps marked, and the ages filled in with each answer.
 */

import { metadataText, readObject } from "../api/machinery/json/object-text.ts";
import { humanDuration } from "../api/machinery/time/duration.ts";
import { resources } from "../api/resources/index.ts";
import { rowPrinter } from "../api/resources/table.ts";
import type { RowsRequest } from "../api/store/store.ts";
import type { ItemForm } from "./store/lists/item-form.ts";
import { textForm } from "./store/lists/text-items.ts";

export class TableRows {
  /** Precedes a timestamp (ms since the epoch and a semicolon). Nobody can have written it into an object. */
  readonly #mark = `age ${crypto.randomUUID()} `;

  readonly form = ({ rowsOf: { apiVersion, kind }, objectAfter }: RowsRequest): ItemForm => {
    const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
    const printed = resources.find((each) => each.group === group && each.version === version && each.kind === kind);
    if (!printed) throw new Error(`there is no ${kind} in ${apiVersion}`);
    const print = rowPrinter(printed, (moment) => `${this.#mark}${moment};`);
    const row = (text: string) => {
      const object = objectAfter === undefined ? "null" : `${objectAfter}${metadataText(text)}}`;
      return `${JSON.stringify(print(readObject(text))).slice(0, -1)},"object":${object}}`;
    };
    const form = textForm(`rows ${apiVersion} ${kind} ${objectAfter}`, row);
    return { ...form, at: (now, bytes) => this.#withAges(now, bytes) };
  };

  #withAges(now: number, bytes: Uint8Array): Uint8Array {
    const [first = "", ...rest] = decoder.decode(bytes).split(this.#mark);
    let text = first;
    for (const part of rest) {
      const end = part.indexOf(";");
      text += humanDuration(now - Number(part.slice(0, end))) + part.slice(end + 1);
    }
    return encoder.encode(text);
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
