/** The form that a list asks for. */
import { metadataText } from "../../../api/machinery/json/object-text.ts";
import type { ItemRequest } from "../../../api/store/store.ts";
import type { ItemForm, RowForm } from "./item-form.ts";
import { protobufItems } from "./protobuf-items.ts";
import { textForm } from "./text-items.ts";

export function requestedForm(items: ItemRequest = { dropPrefix: "" }, rowForm?: RowForm): ItemForm {
  if ("rowsOf" in items) {
    if (!rowForm) throw new Error("this store makes no rows");
    return rowForm(items);
  }
  if ("protobufList" in items) return protobufItems(items.protobufList);
  if ("metadataAfter" in items) {
    const { metadataAfter } = items;
    return textForm(`metadata ${metadataAfter}`, (text) => `${metadataAfter}${metadataText(text)}}`);
  }
  const { dropPrefix } = items;
  return textForm(`whole ${dropPrefix}`, (text) =>
    dropPrefix !== "" && text.startsWith(dropPrefix) ? `{${text.slice(dropPrefix.length)}` : text,
  );
}
