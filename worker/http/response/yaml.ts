/** Answers in YAML, printed like sigs.k8s.io/yaml. */
import { Document, type ScalarTag, type Tags, visit } from "yaml";

/** A lone dot is a number to this library, and not to Go's. */
const numbersHaveDigits = (tags: Tags): Tags =>
  tags.map((tag) =>
    typeof tag === "object" && "test" in tag && tag.test instanceof RegExp && tag.test.test(".")
      ? ({ ...tag, test: new RegExp(`(?![-+]?\\._*$)${tag.test.source}`) } as ScalarTag)
      : tag,
  );

/**
 * YAML 1.1, as for request bodies, so that the text `yes` is distinguished from a boolean.
 */
const OPTIONS = {
  version: "1.1",
  aliasDuplicateObjects: false,
  customTags: numbersHaveDigits,
} as const;
/** Values that need quotes get single ones, unless they must be escaped. */
const PRINTED = { indentSeq: false, lineWidth: 0, singleQuote: true } as const;

/** The keys of maps keep their order in a document that is YAML inside another format, and are sorted otherwise. */
export function encodeYaml(value: object, keys: "sorted" | "asWritten" = "sorted"): string {
  const document = new Document(value, { ...OPTIONS, sortMapEntries: keys === "sorted" });
  const others = document.schema.tags.filter(isOfOtherThanText);
  const isTakenForOther = (text: string) => others.some(({ test }) => test.test(text));
  visit(document, {
    Scalar(_, node) {
      // A text that would be read as another type gets double quotes.
      if (typeof node.value === "string" && isTakenForOther(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString(PRINTED);
}

type PatternTag = ScalarTag & { readonly test: RegExp };

const isOfOtherThanText = (tag: object): tag is PatternTag =>
  "default" in tag && tag.default !== false && "test" in tag && tag.test instanceof RegExp;
