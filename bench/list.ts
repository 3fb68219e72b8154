/**
 * Lists of 5,000 pods, about 11 MB: whole, in each form, by label, in pages; streaming lists, with which informers
 * begin; and the memory that remains in use.
 *
 *     npm run bench -- list [--peer URL --peer-token T]
 */
import { Client } from "./rig/client.ts";
import { load, median } from "./rig/load.ts";
import { newNamespace, pod, pods } from "./rig/objects.ts";
import { type Figure, runBench } from "./rig/report.ts";

const RUNS = 7;
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const FORMS: Readonly<Record<string, string>> = {
  "in protobuf": PROTOBUF,
  "as a Table": "application/json;as=Table;v=v1;g=meta.k8s.io",
  "metadata alone": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
};
const STREAMED: Readonly<Record<string, string>> = {
  "": "application/json",
  " in protobuf": PROTOBUF,
  ", metadata in protobuf": `${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`,
};
/** The query of a streaming list, and the mark of its end. */
const INITIAL = "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
const END = "k8s.io/initial-events-end";

await runBench("list", async (target) => {
  const path = pods(await newNamespace(target));
  const written = await load(target, { clients: 32, count: 5000 }, (client, index) =>
    client.ask({ method: "POST", path, body: pod(index) }),
  );
  const stored = target.memory?.();
  const client = new Client(target, 4);
  const list = async (query: string, headers = {}) => {
    const answers = [];
    for (let run = 0; run < RUNS; run++) answers.push(await client.ask({ path: path + query, headers }));
    return { first: median(answers.map(({ first }) => first)), whole: median(answers.map(({ whole }) => whole)) };
  };
  const pages = async () => {
    const began = performance.now();
    for (let more: string | undefined = ""; more !== undefined; ) {
      const { text } = await client.ask({ path: `${path}?limit=500&continue=${encodeURIComponent(more)}` });
      more = JSON.parse(text).metadata.continue;
    }
    return performance.now() - began;
  };
  const streamed = async (accept: string) => {
    const times = [];
    for (let run = 0; run < RUNS; run++)
      times.push(await client.readUntil(END, { path: path + INITIAL, headers: { accept } }));
    return median(times);
  };
  const all = await list("");
  const figures: Figure[] = [
    { name: "create 5,000 pods, 32 clients", value: written.perSecond, unit: "/s" },
    { name: "list 5,000 pods", value: all.whole, unit: "ms", limit: 30 },
    { name: "list 5,000 pods, first byte", value: all.first, unit: "ms", limit: 5 },
    { name: "list 5,000 pods, gzip", value: (await list("", { "accept-encoding": "gzip" })).whole, unit: "ms" },
    { name: "list 100 of 5,000 by label", value: (await list("?labelSelector=shard%3D7")).whole, unit: "ms", limit: 4 },
    { name: "list in ten pages", value: median([await pages(), await pages(), await pages()]), unit: "ms", limit: 45 },
  ];
  for (const [form, accept] of Object.entries(FORMS))
    figures.push({ name: `list 5,000 pods ${form}`, value: (await list("", { accept })).whole, unit: "ms" });
  for (const [form, accept] of Object.entries(STREAMED))
    figures.push({ name: `streaming list of 5,000 pods${form}`, value: await streamed(accept), unit: "ms" });
  client.close();
  if (stored !== undefined && target.memory) {
    figures.push(
      { name: "memory after 5,000 pods", value: stored, unit: "MB", limit: 200 },
      { name: "memory after the lists", value: target.memory(), unit: "MB", limit: 300 },
    );
  }
  return figures;
});
