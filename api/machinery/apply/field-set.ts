/**
 * A set of field paths in the form in which `managedFields` stores it: nested objects whose keys are path elements
 * (`f:spec`, `k:{"name":"c"}`, `v:"x"`, `i:0`). An element is itself in the set if its node is empty or contains ".";
 * this is also the working form, so nothing is converted. Sets are values: no function here modifies its arguments.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

type Draft = { [element: string]: FieldSet };

/** The node of an element that is in the set, with nothing below it. */
export const MEMBER: FieldSet = Object.freeze({});
export const EMPTY: FieldSet = Object.freeze({});

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether the element of this node is in the set. */
export const isMember = (node: FieldSet): boolean => "." in node || isEmptySet(node);

/** A node from its two parts; undefined if neither the element nor anything below it is in the set. */
function nodeOf(member: boolean, below: FieldSet): FieldSet | undefined {
  if (isEmptySet(below)) return member ? MEMBER : undefined;
  return member ? { ".": MEMBER, ...below } : below;
}

function withoutSelf(node: FieldSet): FieldSet {
  if (!("." in node)) return node;
  const { ".": _, ...rest } = node;
  return rest;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a)) return b;
  if (isEmptySet(b)) return a;
  const out: Draft = { ...a };
  for (const element in b) {
    const [left, right] = [a[element], b[element]];
    if (!left || !right) out[element] = right ?? MEMBER;
    else if (element !== ".")
      out[element] = nodeOf(isMember(left) || isMember(right), union(withoutSelf(left), withoutSelf(right))) ?? MEMBER;
  }
  return out;
}

/** By halves: a union copies its first set, so that one after the other would copy what is already merged each time. */
export function unionOf(sets: readonly FieldSet[]): FieldSet {
  const half = sets.length >> 1;
  return half === 0 ? (sets[0] ?? EMPTY) : union(unionOf(sets.slice(0, half)), unionOf(sets.slice(half)));
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const out: Draft = {};
  for (const element in a) {
    const [left, right] = [a[element], b[element]];
    if (element === "." || !left || !right) continue;
    const node = nodeOf(isMember(left) && isMember(right), intersection(left, right));
    if (node) out[element] = node;
  }
  return out;
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const out: Draft = {};
  for (const element in a) {
    const [left, right] = [a[element], b[element]];
    if (element === "." || !left) continue;
    const node = right ? nodeOf(isMember(left) && !isMember(right), difference(left, right)) : left;
    if (node) out[element] = node;
  }
  return out;
}

/** Like `difference`, except that an element of `b` removes everything below it as well. */
export function differenceBelow(a: FieldSet, b: FieldSet): FieldSet {
  const out: Draft = {};
  for (const element in a) {
    const [left, right] = [a[element], b[element]];
    if (element === "." || !left || (right && isMember(right))) continue;
    const node = right ? nodeOf(isMember(left), differenceBelow(left, right)) : left;
    if (node) out[element] = node;
  }
  return out;
}

/** The set of one path: `fieldPath("spec", "replicas")`. */
export const fieldPath = (...names: string[]): FieldSet =>
  names.reduceRight<FieldSet>((node, name) => ({ [`f:${name}`]: node }), MEMBER);

export function hasPath(set: FieldSet, elements: readonly string[]): boolean {
  let node: FieldSet | undefined = set;
  for (const element of elements) node = node?.[element];
  return node !== undefined && isMember(node);
}

/** All paths of the set: at each level first its members, then what lies below them, each sorted. */
export function pathsOf(set: FieldSet, compare: (a: string, b: string) => number): string[][] {
  const elements = Object.keys(set)
    .filter((element) => element !== ".")
    .sort(compare);
  const members = elements.filter((element) => isMember(set[element] ?? MEMBER)).map((element) => [element]);
  const deeper = elements.flatMap((element) =>
    pathsOf(set[element] ?? MEMBER, compare).map((path) => [element, ...path]),
  );
  return [...members, ...deeper];
}

const isField = (element: string): boolean => element === "." || element.charCodeAt(0) === FIELD;
const FIELD = "f".charCodeAt(0);

/** The set with its keys in Kubernetes' order, as it is stored. */
export function sortedSet(set: FieldSet, compare: (a: string, b: string) => number): FieldSet {
  const elements = Object.keys(set);
  if (elements.length === 0) return MEMBER;
  // Most sets consist of fields only, whose order is that of their texts.
  if (elements.every(isField)) elements.sort();
  else elements.sort(compare);
  const out: Draft = {};
  for (const element of elements) out[element] = sortedSet(set[element] ?? MEMBER, compare);
  return out;
}
