/** How traffic reaches pods, and where they run, live. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Pod, Service } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import type { Ingress } from "../../api/generated/networking.v1.ts";
import { resourcePath } from "../../client/resource-path.ts";
import { kindOfReference } from "../api/discovery.ts";
import { objectHref } from "../api/links.ts";
import { LiveBadge, refusal, waitingFor, worstOf } from "../live/live-badge.tsx";
import type { LiveList } from "../live/live-list.ts";
import { objectsAt, useLiveList } from "../live/use-live-list.ts";
import { CutName } from "../parts/cut-name.tsx";
import { Notice, RefusedNotice } from "../parts/notice.tsx";
import { href, namespace } from "../route.ts";
import {
  BOX_WIDTH,
  type Box,
  drawPicture,
  MARK_STEP,
  MARKS_IN_A_ROW,
  type Mark,
  type Picture,
  type PicturePod,
  picturePodOf,
} from "./picture.ts";

const PADDING = 12;
/** More would be unreadable. */
const MAX_BOXES = 400;

export function TopologyView() {
  const ns = namespace.value;
  const path = (resource: string) => resourcePath({ resource, namespace: ns });
  const ingresses = useLiveList(`ingresses ${ns}`, () => objectsAt<Ingress>(path("ingresses.networking.k8s.io")));
  const services = useLiveList(`services ${ns}`, () => objectsAt<Service>(path("services")));
  const slices = useLiveList(`slices ${ns}`, () => objectsAt<EndpointSlice>(path("endpointslices.discovery.k8s.io")));
  const pods = useLiveList(`topology pods ${ns}`, () => objectsAt<Pod, PicturePod>(path("pods"), {}, picturePodOf));
  const lists: readonly (readonly [string, LiveList<unknown>])[] = [
    ["Ingresses", ingresses],
    ["Services", services],
    ["EndpointSlices", slices],
    ["Pods", pods],
  ];
  const states = lists.map(([title, list]) => ({ title, state: list.state.value, refused: refusal(list.state.value) }));
  const shown = states.filter(({ refused }) => !refused?.forbidden);
  const hidden = states.filter(({ refused }) => refused?.forbidden);
  const worst = worstOf(shown.map(({ state }) => state));
  const refused = (shown.length === 0 ? hidden : shown)
    .map(({ refused }) => refused)
    .find((each) => each !== undefined);
  const picture = useMemo(
    () =>
      drawPicture({
        ingresses: [...ingresses.items.value.values()],
        services: [...services.items.value.values()],
        slices: [...slices.items.value.values()],
        pods: [...pods.items.value.values()],
      }),
    [ingresses.items.value, services.items.value, slices.items.value, pods.items.value],
  );
  return (
    <section class="page topology">
      <div class="list-header">
        <h1>Topology</h1>
        <LiveBadge state={worst} />
      </div>
      {shown.length > 0 && hidden.length > 0 && (
        <p class="quiet">You may not see {hidden.map(({ title }) => title).join(", ")}: the picture lacks them.</p>
      )}
      {refused ? (
        <RefusedNotice {...refused} />
      ) : picture.boxes.length === 0 ? (
        <Notice title={waitingFor(worst) ?? "Nothing to draw"}>
          {worst.name !== "loading" && hidden.length === 0 && "There are no Ingresses, Services and pods here."}
        </Notice>
      ) : picture.boxes.length > MAX_BOXES ? (
        <Notice title="That is too much for one picture">Choose a namespace above.</Notice>
      ) : (
        <Drawing picture={picture} />
      )}
    </section>
  );
}

function Drawing({ picture: { width, height, boxes, lines } }: { readonly picture: Picture }) {
  const looked = useSignal("");
  const near = new Set(
    lines.flatMap(({ from, to }) => (from === looked.value || to === looked.value ? [from, to] : [])),
  );
  const isNear = (id: string) => looked.value === "" || near.size === 0 || near.has(id);
  return (
    <div class="drawing">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-label="From Ingress to Node">
        {lines.map(({ from, to, path }) => (
          <path
            key={`${from} ${to}`}
            d={path}
            class={from === looked.value || to === looked.value ? "line near" : "line"}
          />
        ))}
        {boxes.map((box) => (
          <g key={box.id} transform={`translate(${box.x} ${box.y})`} class={isNear(box.id) ? "box" : "box far"}>
            <BoxOf
              box={box}
              look={(at) => {
                looked.value = at ? box.id : "";
              }}
            />
          </g>
        ))}
      </svg>
    </div>
  );
}

function linkOf(apiVersion: string, kind: string, name: Mark | Box): string {
  const known = kindOfReference(apiVersion, kind);
  return known ? objectHref(known, name) : href(["kinds"]);
}

interface BoxProps {
  readonly box: Box;
  /** Highlights the box while the pointer or the focus is on it. */
  readonly look: (at: boolean) => void;
}

function BoxOf({ box, look }: BoxProps) {
  const { height, kind, name, note, tone, marks, apiVersion } = box;
  return (
    <>
      <a
        href={linkOf(apiVersion, kind, box)}
        aria-label={`${kind} ${name}, ${note}`}
        onMouseEnter={() => look(true)}
        onMouseLeave={() => look(false)}
        onFocus={() => look(true)}
        onBlur={() => look(false)}
      >
        <title>{`${kind} ${box.namespace && `${box.namespace}/`}${name}`}</title>
        <rect width={BOX_WIDTH} height={height} rx="8" class={tone} />
        <foreignObject x={PADDING} y="5" width={BOX_WIDTH - 2 * PADDING} height="36">
          <p class="name">
            <CutName text={name} />
          </p>
          <p class="quiet">{`${kind} · ${note}`}</p>
        </foreignObject>
      </a>
      {marks.map((mark, i) => (
        <a key={mark.uid} href={linkOf("v1", "Pod", mark)} aria-label={`Pod ${mark.name}, ${mark.state}`}>
          <title>{`${mark.name}: ${mark.state}`}</title>
          <circle
            cx={18 + (i % MARKS_IN_A_ROW) * MARK_STEP}
            cy={50 + Math.floor(i / MARKS_IN_A_ROW) * MARK_STEP}
            r="5.5"
            class={mark.tone}
          />
        </a>
      ))}
    </>
  );
}
