import { expect, test } from "vitest";
import { BuiltDocuments } from "./built-documents.ts";

const document = { contentType: "text/plain", body: "text", etag: '"1"' };

test("a document is built once for each set of kinds, even if the request that asked first ends", async () => {
  const documents = new BuiltDocuments();
  const kept: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => void kept.push(work);
  const [kinds, others] = [
    { resources: [], waitUntil },
    { resources: [], waitUntil },
  ];
  let built = 0;
  const build = async () => ({ ...document, etag: `"${++built}"` });
  const [first, second] = await Promise.all([documents.get(kinds, "v2", build), documents.get(kinds, "v2", build)]);
  expect(second).toBe(first);
  expect((await documents.get(others, "v2", build)).etag).toBe('"2"');
  expect(kept).toHaveLength(2);
});

test("a document that could not be built is tried again", async () => {
  const documents = new BuiltDocuments();
  const kinds = { resources: [], waitUntil: () => {} };
  const fails = () => Promise.reject(new Error("no assets"));
  await expect(documents.get(kinds, "v2", fails)).rejects.toThrow("no assets");
  expect(await documents.get(kinds, "v2", async () => document)).toBe(document);
});
