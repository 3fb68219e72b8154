/** The topology from Ingress through Service and workload to Node, as boxes in columns with lines in between. Pure. */
import type { Pod, Service } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import type { Ingress } from "../../api/generated/networking.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { type Tone, toneOfState } from "../parts/tone.ts";
import { podSummaryOf } from "../summaries/pod-summary.ts";
import type { Workload } from "../summaries/workload-of.ts";

/** "" for cluster scope. */
interface Named {
  readonly namespace: string;
  readonly name: string;
}

export interface Mark extends Named {
  readonly uid: string;
  readonly state: string;
  readonly tone: Tone;
}

export interface Box extends Named {
  readonly id: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly note: string;
  readonly tone: Tone;
  /** For a workload: its pods. */
  readonly marks: readonly Mark[];
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

export interface Line {
  readonly from: string;
  readonly to: string;
  /** As an SVG path. */
  readonly path: string;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

/** The part of a pod that the picture keeps. */
export interface PicturePod extends Mark {
  readonly ready: boolean;
  readonly finished: boolean;
  readonly node: string;
  readonly workload: Workload;
}

export function picturePodOf(pod: Stored<Pod>): PicturePod {
  const { uid, namespace, name, state, ready, finished, node, workload } = podSummaryOf(pod);
  const tone = toneOfState(state);
  return {
    uid,
    namespace,
    name,
    state,
    tone: tone === "good" && !ready ? "warn" : tone,
    ready,
    finished,
    node,
    // A pod that nothing controls is its own.
    workload: workload ?? { apiVersion: "v1", kind: "Pod", name },
  };
}

export interface Facts {
  readonly ingresses: readonly Ingress[];
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly pods: readonly PicturePod[];
}

export const BOX_WIDTH = 204;
const COLUMN_WIDTH = 256;
const TEXT_HEIGHT = 46;
export const MARKS_IN_A_ROW = 12;
export const MARK_STEP = 16;
const GAP = 14;
const MARGIN = 20;

type Draft = Omit<Box, "x" | "y" | "height">;

export function drawPicture(facts: Facts): Picture {
  const pods = facts.pods.filter(({ finished }) => !finished);
  const workloads = groupByWorkload(pods);
  const boxOfPod = new Map(
    [...workloads].flatMap(([id, { marks }]) =>
      marks.map(({ namespace, name }) => [`${namespace}/${name}`, id] as const),
    ),
  );
  const columns: Draft[][] = [
    facts.ingresses.map(ingressBox),
    facts.services.map(serviceBox),
    [...workloads.values()],
    nodeBoxes(pods),
  ];
  const known = new Set(columns.flat().map(({ id }) => id));
  const links = unique([
    ...facts.ingresses.flatMap(ingressLinks),
    ...facts.slices.flatMap((slice) => sliceLinks(slice, boxOfPod)),
    ...pods.map((pod) => [workloadId(pod), `Node//${pod.node}`] as const),
  ]).filter(([from, to]) => known.has(from) && known.has(to));
  return layOut(columns, links);
}

const idOf = (
  kind: string,
  { namespace = "", name = "" }: { readonly namespace?: string; readonly name?: string },
): string => `${kind}/${namespace}/${name}`;

const workloadId = ({ namespace, workload }: PicturePod): string =>
  idOf(workload.kind, { namespace, name: workload.name });

const nameOf = ({ metadata }: Ingress | Service) => ({
  namespace: metadata.namespace ?? "",
  name: metadata.name ?? "",
});

const ingressBox = (ingress: Ingress): Draft => ({
  ...nameOf(ingress),
  id: idOf("Ingress", ingress.metadata),
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  note: (ingress.spec.rules ?? []).map(({ host }) => host || "every host").join(", ") || "every request",
  tone: "",
  marks: [],
});

const serviceBox = (service: Service): Draft => ({
  ...nameOf(service),
  id: idOf("Service", service.metadata),
  apiVersion: "v1",
  kind: "Service",
  note: `${service.spec.type ?? "ClusterIP"} ${(service.spec.ports ?? []).map(({ port }) => port).join(", ")}`,
  tone: "",
  marks: [],
});

function groupByWorkload(pods: readonly PicturePod[]): Map<string, Draft> {
  const groups = new Map<string, Omit<Draft, "marks"> & { marks: PicturePod[] }>();
  for (const pod of pods) {
    const { namespace, workload } = pod;
    const id = workloadId(pod);
    const group = groups.get(id) ?? { id, namespace, ...workload, note: "", tone: "" as const, marks: [] };
    groups.set(id, group);
    group.marks.push(pod);
  }
  return new Map([...groups].map(([id, group]) => [id, withReadiness(group)]));
}

function withReadiness(group: Omit<Draft, "marks"> & { readonly marks: PicturePod[] }): Draft {
  const ready = group.marks.filter((pod) => pod.ready).length;
  const tone = ready === group.marks.length ? "good" : group.marks.some((pod) => pod.tone === "bad") ? "bad" : "warn";
  return { ...group, tone, note: `${ready}/${group.marks.length} ready`, marks: group.marks.sort(byName) };
}

const byName = (a: Named, b: Named): number => a.namespace.localeCompare(b.namespace) || a.name.localeCompare(b.name);

function nodeBoxes(pods: readonly PicturePod[]): Draft[] {
  const counts = new Map<string, number>();
  for (const { node } of pods) if (node !== "") counts.set(node, (counts.get(node) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({
    id: idOf("Node", { name }),
    namespace: "",
    name,
    apiVersion: "v1",
    kind: "Node",
    note: `${count} ${count === 1 ? "pod" : "pods"}`,
    tone: "",
    marks: [],
  }));
}

type Link = readonly [from: string, to: string];

function ingressLinks({ metadata, spec }: Ingress): Link[] {
  const backends = [
    spec.defaultBackend,
    ...(spec.rules ?? []).flatMap(({ http }) => http?.paths ?? []).map(({ backend }) => backend),
  ];
  const { namespace = "" } = metadata;
  return backends.flatMap((backend) =>
    backend?.service
      ? [[idOf("Ingress", metadata), idOf("Service", { namespace, name: backend.service.name })] as const]
      : [],
  );
}

function sliceLinks({ metadata, endpoints }: EndpointSlice, boxOfPod: ReadonlyMap<string, string>): Link[] {
  const { namespace = "", labels } = metadata;
  const name = labels?.["kubernetes.io/service-name"];
  if (name === undefined) return [];
  return (endpoints ?? []).flatMap(({ targetRef }) => {
    const box = boxOfPod.get(`${targetRef?.namespace ?? namespace}/${targetRef?.name}`);
    return box === undefined ? [] : [[idOf("Service", { namespace, name }), box] as const];
  });
}

const unique = (links: readonly Link[]): Link[] => [...new Map(links.map((link) => [link.join(" "), link])).values()];

/** Columns are sorted by what leads to their boxes, so that few lines cross. */
function layOut(columns: readonly Draft[][], links: readonly Link[]): Picture {
  const places = new Map<string, number>();
  const into = Map.groupBy(links, ([, to]) => to);
  const taken = columns.filter((column) => column.length > 0);
  const boxes = taken.flatMap((column, at) => {
    const placeOf = ({ id }: Draft): number => {
      const from = into.get(id);
      if (!from) return Number.MAX_SAFE_INTEGER;
      return from.reduce((sum, [box]) => sum + (places.get(box) ?? 0), 0) / from.length;
    };
    const ordered = column
      .map((box) => ({ box, place: placeOf(box) }))
      .sort((a, b) => a.place - b.place || byName(a.box, b.box));
    let y = MARGIN;
    return ordered.map(({ box }) => {
      const height = TEXT_HEIGHT + Math.ceil(box.marks.length / MARKS_IN_A_ROW) * MARK_STEP;
      places.set(box.id, y);
      const placed: Box = { ...box, x: MARGIN + at * COLUMN_WIDTH, y, height };
      y += height + GAP;
      return placed;
    });
  });
  const byId = new Map(boxes.map((box) => [box.id, box]));
  return {
    width: MARGIN * 2 + Math.max(0, taken.length - 1) * COLUMN_WIDTH + BOX_WIDTH,
    height: Math.max(0, ...boxes.map(({ y, height }) => y + height)) + MARGIN,
    boxes,
    lines: links.flatMap(([from, to]) => {
      const [a, b] = [byId.get(from), byId.get(to)];
      return a && b ? [{ from, to, path: curvePath(a, b) }] : [];
    }),
  };
}

function curvePath(from: Box, to: Box): string {
  const [x1, y1] = [from.x + BOX_WIDTH, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}
