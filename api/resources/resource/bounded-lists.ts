/** Lists with a maximum size, beyond which Kubernetes does not validate items (pkg/apis/resource/validation). */
import { duplicate, type FieldError, tooMany } from "../../machinery/field-error.ts";

type Check<T> = (item: T, path: string) => void;

export function checkList<T>(
  errors: FieldError[],
  path: string,
  items: readonly T[] = [],
  { max, check }: { readonly max: number; readonly check: Check<T> },
): void {
  if (items.length > max) errors.push(tooMany(path, items.length, max));
  else
    items.forEach((item, i) => {
      check(item, `${path}[${i}]`);
    });
}

/** Like {@link checkList}, with unique keys; duplicates are reported after errors of the items. */
export function checkSet<T>(
  errors: FieldError[],
  path: string,
  items: readonly T[] = [],
  { max, check, keyOf }: { readonly max: number; readonly check: Check<T>; readonly keyOf: (item: T) => string },
): void {
  checkList(errors, path, items, { max, check });
  if (items.length > max) return;
  const seen = new Set<string>();
  items.forEach((item, i) => {
    const key = keyOf(item);
    if (seen.has(key)) errors.push(duplicate(`${path}[${i}]`, key));
    seen.add(key);
  });
}

/** Errors about a key have the path of the whole map. Of keys that are too long only the ends are shown. */
export function checkMap<T>(
  errors: FieldError[],
  path: string,
  map: Readonly<Record<string, T>> = {},
  {
    max,
    maxKey,
    checkKey,
    check,
  }: {
    readonly max: number;
    readonly maxKey: number;
    readonly checkKey: (key: string, path: string) => void;
    readonly check: Check<T>;
  },
): void {
  const entries = Object.entries(map);
  if (entries.length > max) errors.push(tooMany(path, entries.length, max));
  else
    for (const [key, item] of entries) {
      checkKey(key, path);
      check(item, `${path}[${truncated(key, maxKey)}]`);
    }
}

const ELLIPSIS = "...";

function truncated(text: string, max: number): string {
  if (text.length <= max) return text;
  const remaining = max - ELLIPSIS.length;
  return text.slice(0, Math.ceil(remaining / 2)) + ELLIPSIS + text.slice(text.length - Math.floor(remaining / 2));
}
