/** List items in protobuf, each a field of the list's message. */
import { metadataText } from "../../../api/machinery/json/object-text.ts";
import { ProtobufList } from "../../../api/machinery/protobuf/list.ts";
import type { ObjectKind } from "../../../api/store/store.ts";
import type { ItemForm } from "./item-form.ts";

export function protobufItems(of: ObjectKind): ItemForm {
  const list = ProtobufList.of(of);
  if (!list) throw new Error(`${of.kind} has no protobuf form`);
  // Only what is written counts towards the length of a run: one that came out short would not be cached.
  const [part, read] =
    of.kind === "PartialObjectMetadataList"
      ? [metadataText, (metadata: string) => ({ metadata: JSON.parse(metadata) })]
      : [(text: string) => text, JSON.parse];
  return {
    name: `protobuf ${of.apiVersion} ${of.kind}`,
    separator: "",
    run() {
      const texts: string[] = [];
      let length = 0;
      return {
        add(text) {
          const own = part(text);
          texts.push(own);
          length += own.length;
          return length;
        },
        finish: () => list.items(texts, read),
      };
    },
  };
}
