import { describe, expect, it } from "vitest";
import type { ImageObservation } from "../runtime/image.ts";
import { bytesToFree, chooseImages, type Histories, recordImages } from "./choose-images.ts";

const image = (id: string, more: Partial<ImageObservation> = {}): ImageObservation => ({
  id,
  ref: id,
  names: [id],
  size: 10,
  ...more,
});

const MINUTE = 60_000;

describe("AGENT-IMAGES: images chosen for garbage collection", () => {
  const images = [image("old"), image("used"), image("recent"), image("pinned", { pinned: true })];
  const none: Histories = new Map();
  const first = recordImages(none, images, { isUsed: ({ id }) => id !== "old", now: 0 });
  const second = recordImages(first, [...images, image("new")], { isUsed: ({ id }) => id === "used", now: 3 * MINUTE });
  const choose = (bytes: number) =>
    chooseImages(second, [...images, image("new")], { bytes, now: 3 * MINUTE }).map(({ id }) => id);

  it("are unused, the least recently used first", () => {
    expect(choose(10)).toEqual(["old"]);
    expect(choose(11)).toEqual(["old", "recent"]);
  });

  it("exclude those in use, pinned or just pulled", () => expect(choose(1e9)).toEqual(["old", "recent"]));

  it("are ordered by age if last used at the same time, and are at least two minutes old", () => {
    const seen = (found: number, used: number) => ({ found, used });
    const histories = new Map([
      ["later", seen(2000, 0)],
      ["first", seen(1000, 0)],
      ["just", seen(10_000, 0)],
      ["young", seen(10_001, 0)],
      ["used", seen(0, 5000)],
    ]);
    const all = [...histories.keys()].map((id) => image(id));
    const chosen = chooseImages(histories, all, { bytes: 1e9, now: 130_000 });
    expect(chosen.map(({ id }) => id)).toEqual(["first", "later", "just", "used"]);
  });

  it.each([
    [20, 0],
    [16, 0],
    [15, 5],
    [14, 6],
    [5, 15],
  ])("free enough space: with %i of 100 available, %i", (available, bytes) =>
    expect(bytesToFree({ available, capacity: 100 })).toBe(bytes),
  );
});
