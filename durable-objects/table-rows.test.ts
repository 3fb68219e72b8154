import { expect, test } from "vitest";
import { readObject, textWithoutRevision } from "../api/machinery/json/object-text.ts";
import type { KubeObject } from "../api/machinery/meta.ts";
import { resources } from "../api/resources/index.ts";
import { renderTable } from "../api/resources/table.ts";
import { MemoryStore } from "./store/memory-store.ts";
import { TableRows } from "./table-rows.ts";

const CREATED = Date.parse("2026-01-01T00:00:00Z");
const time = (seconds: number) => new Date(CREATED + seconds * 1000).toISOString().replace(".000Z", "Z");

const objectOf = (apiVersion: string, kind: string, name: string, rest: object): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "n", creationTimestamp: time(0), labels: { quote: '"}{' } },
  ...rest,
});

const restarted = (name: string) =>
  objectOf("v1", "Pod", name, {
    spec: { containers: [{ name: "c", image: "i" }] },
    status: {
      phase: "Running",
      containerStatuses: [
        {
          ...{
            name: "c",
            image: "i",
            imageID: "",
            ready: true,
            restartCount: 3,
            state: { running: { startedAt: time(60) } },
          },
          lastState: { terminated: { exitCode: 1, finishedAt: time(50) } },
        },
      ],
    },
  });

const COLLECTIONS: readonly [string, string, readonly KubeObject[]][] = [
  ["pods", "v1/Pod", Array.from({ length: 90 }, (_, index) => restarted(`p${index}`))],
  ["jobs.batch", "batch/v1/Job", [objectOf("batch/v1", "Job", "j", { spec: {}, status: { startTime: time(5) } })]],
  ["configmaps", "v1/ConfigMap", [objectOf("v1", "ConfigMap", "c", { data: { a: "ü" } })]],
  ["configmaps", "v1/ConfigMap", []],
];

test.each(COLLECTIONS)(
  "STORE-STREAM-CACHE: table rows of %s (%s) show current ages even if cached",
  async (resource, of, objects) => {
    let now = CREATED + 90_000;
    const store = new MemoryStore({ now: () => now, rowForm: new TableRows().form });
    for (const object of objects) {
      const key = { resource, namespace: "n", name: object.metadata.name ?? "" };
      const attributes = { labels: {}, fields: {} };
      await store.commit({ writes: [{ op: "create", key, text: textWithoutRevision(object), attributes }] });
    }
    const at = of.lastIndexOf("/");
    const rowsOf = { apiVersion: of.slice(0, at), kind: of.slice(at + 1) };
    const kind = resources.find((each) => each.kind === rowsOf.kind);
    if (!kind) throw new Error("no such kind");
    const page = await store.list({ resource });
    if (!page.ok) throw new Error("refused");
    for (const later of [0, 1000, 3_600_000]) {
      now += later;
      for (const includeObject of ["Metadata", "None"] as const) {
        const objectAfter = '{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":';
        const items = { rowsOf, ...(includeObject === "Metadata" && { objectAfter }) };
        const streamed = await store.listStream({ resource, items });
        if (!streamed.ok) throw new Error("refused");
        const table = renderTable(
          kind,
          page.items.map(({ text }) => readObject(text)),
          { now, includeObject, metadata: {} },
        );
        expect(JSON.parse(`[${await new Response(streamed.body).text()}]`)).toEqual(table.rows);
      }
    }
  },
);
