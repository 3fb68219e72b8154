import { expect, it } from "vitest";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import type { Ingress } from "../../api/generated/networking.v1.ts";
import { drawPicture, type PicturePod } from "./picture.ts";

const pod = (name: string, over: Partial<PicturePod> = {}): PicturePod => ({
  ...{ uid: name, namespace: "shop", name, state: "Running", tone: "good", ready: true, finished: false, node: "n1" },
  workload: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
  ...over,
});
const service = (name: string) => ({
  metadata: { namespace: "shop", name },
  spec: { ports: [{ port: 80 }] },
  status: {},
});
const slice = (name: string, ...pods: string[]): EndpointSlice => ({
  metadata: { namespace: "shop", name, labels: { "kubernetes.io/service-name": name } },
  addressType: "IPv4",
  ports: [],
  endpoints: pods.map((each) => ({ addresses: ["10.0.0.1"], targetRef: { kind: "Pod", name: each } })),
});
const ingress = (name: string, service: string): Ingress => ({
  metadata: { namespace: "shop", name },
  spec: { defaultBackend: { service: { name: service, port: { number: 80 } } } },
  status: {},
});
const nothing = { ingresses: [], services: [], slices: [], pods: [] };
const lines = (facts: Parameters<typeof drawPicture>[0]) =>
  drawPicture(facts).lines.map(({ from, to }) => `${from} > ${to}`);

it("the topology connects an Ingress through its Service to the workload of the endpoints, and to their nodes", () => {
  const facts = {
    ingresses: [ingress("door", "web")],
    services: [service("web")],
    slices: [slice("web", "a", "b")],
    pods: [pod("a"), pod("b", { node: "n2" })],
  };
  expect(lines(facts)).toEqual([
    "Ingress/shop/door > Service/shop/web",
    "Service/shop/web > Deployment/shop/web",
    "Deployment/shop/web > Node//n1",
    "Deployment/shop/web > Node//n2",
  ]);
});

it("the topology draws no line to a missing object", () => {
  expect(
    lines({
      ...nothing,
      ingresses: [ingress("door", "gone")],
      slices: [slice("gone", "a")],
      pods: [pod("a", { node: "" })],
    }),
  ).toEqual([]);
});

it("the topology counts a workload's pods and takes the worst one's tone, without finished pods", () => {
  const { boxes } = drawPicture({
    ...nothing,
    pods: [
      pod("b"),
      pod("a", { ready: false, tone: "bad", state: "CrashLoopBackOff" }),
      pod("done", { finished: true }),
    ],
  });
  const web = boxes.find(({ kind }) => kind === "Deployment");
  expect([web?.note, web?.tone, web?.marks.map(({ name }) => name)]).toEqual(["1/2 ready", "bad", ["a", "b"]]);
});

it("the topology keeps the boxes of a column from overlapping, however many pods there are", () => {
  const many = Array.from({ length: 60 }, (_, i) =>
    pod(`p${i}`, { workload: { apiVersion: "apps/v1", kind: "Deployment", name: `w${i % 3}` } }),
  );
  const { boxes, height } = drawPicture({ ...nothing, pods: many });
  const column = boxes.filter(({ kind }) => kind === "Deployment").sort((a, b) => a.y - b.y);
  expect(column).toHaveLength(3);
  for (const [i, box] of column.entries()) {
    const next = column[i + 1];
    expect(box.y + box.height).toBeLessThan(next?.y ?? height);
  }
});
