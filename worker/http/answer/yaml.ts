/** Answers in YAML, as sigs.k8s.io/yaml prints them. */
import { Document, type ScalarTag, type Tags, visit } from "yaml";

/** A lone point is a number to the one library, and none to Go's. */
const numbersHaveDigits = (tags: Tags): Tags =>
  tags.map((tag) =>
    typeof tag === "object" && "test" in tag && tag.test instanceof RegExp && tag.test.test(".")
      ? ({ ...tag, test: new RegExp(`(?![-+]?\\._*$)${tag.test.source}`) } as ScalarTag)
      : tag,
  );

/** Of version 1.1, as bodies are read: a text `yes` is told from a truth. Members are sorted, as Kubernetes prints them. */
const OPTIONS = {
  version: "1.1",
  sortMapEntries: true,
  aliasDuplicateObjects: false,
  customTags: numbersHaveDigits,
} as const;
/** What cannot stand without quotes has single ones, unless it has to be escaped. */
const PRINTED = { indentSeq: false, lineWidth: 0, singleQuote: true } as const;

export function encodeYaml(value: object): string {
  const document = new Document(value, OPTIONS);
  const others = document.schema.tags.filter(isOfOtherThanText);
  const isTakenForOther = (text: string) => others.some(({ test }) => test.test(text));
  visit(document, {
    Scalar(_, node) {
      // A text that would be read as something else has double ones.
      if (typeof node.value === "string" && isTakenForOther(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString(PRINTED);
}

type ToldByLook = ScalarTag & { readonly test: RegExp };

const isOfOtherThanText = (tag: object): tag is ToldByLook =>
  "default" in tag && tag.default !== false && "test" in tag && tag.test instanceof RegExp;
