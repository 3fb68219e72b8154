/** What a streamed list tells of an object's text. */
import { metadataText } from "../../api/machinery/object-text.ts";
import type { ListStreamRequest } from "../../api/store.ts";

export interface ItemForm {
  /** Two forms of one name tell the same of a text. */
  readonly name: string;
  readonly of: (text: string) => string;
}

export function itemForm({
  dropPrefix = "",
  metadataAfter,
}: Pick<ListStreamRequest, "dropPrefix" | "metadataAfter">): ItemForm {
  if (metadataAfter !== undefined) {
    return { name: `metadata ${metadataAfter}`, of: (text) => `${metadataAfter}${metadataText(text)}}` };
  }
  return {
    name: `whole ${dropPrefix}`,
    of: (text) => (dropPrefix !== "" && text.startsWith(dropPrefix) ? `{${text.slice(dropPrefix.length)}` : text),
  };
}
