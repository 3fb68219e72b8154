/** Which images to remove to make room: unused ones, least recently used first (the kubelet's rules). Pure. */
import type { ImageObservation } from "../runtime/image.ts";

/** What was just pulled may be about to be used. */
export const MIN_AGE_MS = 120_000;

/** When each image was first seen, and last in use (ms), by id. */
export interface ImageHistory {
  readonly found: number;
  readonly used: number;
}
export type Histories = ReadonlyMap<string, ImageHistory>;

/** The history after a round; images that are gone are dropped. `isUsed` is by id. */
export function recordImages(
  known: Histories,
  images: readonly ImageObservation[],
  { isUsed, now }: { readonly isUsed: (image: ImageObservation) => boolean; readonly now: number },
): Histories {
  return new Map(
    images.map((image) => {
      const before = known.get(image.id) ?? { found: now, used: 0 };
      return [image.id, isUsed(image) ? { ...before, used: now } : before];
    }),
  );
}

/** Enough of them to free the bytes, or all there are. `now` is the time of the last round. */
export function chooseImages(
  histories: Histories,
  images: readonly ImageObservation[],
  { bytes, now }: { readonly bytes: number; readonly now: number },
): ImageObservation[] {
  const old = images
    .flatMap((image) => {
      const history = histories.get(image.id);
      return history === undefined || history.used === now || image.pinned === true ? [] : [{ image, history }];
    })
    .filter(({ history }) => now - history.found >= MIN_AGE_MS)
    .sort((a, b) => a.history.used - b.history.used || a.history.found - b.history.found);
  const chosen: ImageObservation[] = [];
  let freed = 0;
  for (const { image } of old) {
    if (freed >= bytes) break;
    chosen.push(image);
    freed += image.size;
  }
  return chosen;
}

export const HIGH_SHARE = 0.85;
export const LOW_SHARE = 0.8;

/** How much must be freed on a disk that is too full; 0 if it is not. */
export function bytesToFree({
  available,
  capacity,
}: {
  readonly available: number;
  readonly capacity: number;
}): number {
  const used = capacity - available;
  return used < capacity * HIGH_SHARE ? 0 : Math.ceil(used - capacity * LOW_SHARE);
}
