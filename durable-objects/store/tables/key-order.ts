/** The order of keys: by namespace, then name, bytewise in UTF-8, as in SQLite and etcd. */
interface Place {
  readonly namespace: string;
  readonly name: string;
}

export const comparePlaces = (a: Place, b: Place): number =>
  compareBytewise(a.namespace, b.namespace) || compareBytewise(a.name, b.name);

/** UTF-16 sorts surrogates before U+E000, UTF-8 after it; everything else sorts alike. */
function compareBytewise(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

const rank = (unit: number) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
