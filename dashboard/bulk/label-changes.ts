import { labelValue, qualifiedName } from "../../api/machinery/names.ts";

export interface LabelChanges {
  /** As in a merge patch: null removes. */
  readonly labels: Readonly<Record<string, string | null>>;
  /** "" if there is none. */
  readonly problem: string;
}

/** Words like kubectl's: `tier=web` sets a label, `tier-` removes it. */
export function parseLabelChanges(text: string): LabelChanges {
  const labels: Record<string, string | null> = {};
  const words = text.split(/[\s,]+/).filter(Boolean);
  if (words.length === 0) return { labels, problem: "Name a label: tier=web, or tier- to take it away." };
  for (const word of words) {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(word) ?? /^([^=]+)-$/.exec(word) ?? [];
    if (key === undefined) return { labels, problem: `${word} is neither key=value nor key-.` };
    if (qualifiedName(key).length > 0) return { labels, problem: `${key} is no valid key of a label.` };
    if (labelValue(value ?? "").length > 0) return { labels, problem: `${value} is no valid value of a label.` };
    labels[key] = value ?? null;
  }
  return { labels, problem: "" };
}
