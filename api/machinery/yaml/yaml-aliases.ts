/** The expansion of aliases, computed before it is done. */
import { type Document, isAlias, isNode, visit } from "yaml";

/** Each is looked up among all anchors and aliases. */
const MAX_ALIASES = 1000;

/**
 * Whether there are too many aliases, or their targets together have more than `most` parts. Nested aliases count as
 * one part.
 */
export function repeatsMore(document: Document, most: number): boolean {
  const anchored = new Map<string, unknown>();
  let aliases = 0;
  let repeated = 0;
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        aliases++;
        repeated += partsOf(anchored.get(node.source));
      } else if (node.anchor) anchored.set(node.anchor, node);
      return aliases > MAX_ALIASES || repeated > most ? visit.BREAK : undefined;
    },
  });
  return aliases > MAX_ALIASES || repeated > most;
}

function partsOf(node: unknown): number {
  if (!isNode(node)) return 0;
  let parts = 0;
  visit(node, {
    Node() {
      parts++;
    },
  });
  return parts;
}
