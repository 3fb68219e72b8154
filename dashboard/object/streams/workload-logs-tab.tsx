/** The logs of all pods of a workload or Service. New pods are added as they start. */
import { useState } from "preact/hooks";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { resourcePath } from "../../../client/resource-path.ts";
import { kubectlName } from "../../api/kind.ts";
import { waitingFor } from "../../live/live-badge.tsx";
import { objectsAt, useLiveList } from "../../live/use-live-list.ts";
import { Notice } from "../../parts/notice.tsx";
import type { ObjectProps } from "../../summaries/object-props.ts";
import { ALL_CONTAINERS, ContainerChoice } from "./container-choice.tsx";
import { logSourcesOf, type PodOfLogs, podOfLogs, podSelectorOf } from "./log-sources.ts";
import { LogView } from "./log-view.tsx";

/** Every container needs a connection, so only the newest pods are read. */
const MAX_PODS = 20;

const ALL = "";

export function WorkloadLogsTab({ kind, object }: ObjectProps) {
  const [pod, setPod] = useState(ALL);
  const [container, setContainer] = useState(ALL_CONTAINERS);
  const { namespace = "", name } = object.metadata;
  const labelSelector = podSelectorOf(object);
  const list = useLiveList(`logs of ${namespace} ${labelSelector}`, () =>
    objectsAt<Pod, PodOfLogs>(resourcePath({ resource: "pods", namespace }), { labelSelector }, podOfLogs),
  );
  const pods = [...list.items.value.values()].sort((a, b) => b.created.localeCompare(a.created));
  const waiting = pods.length === 0 && waitingFor(list.state.value);
  if (waiting) return <Notice title={waiting} />;

  const read = pods.filter((each) => pod === ALL || each.name === pod).slice(0, MAX_PODS);
  const containers = [...new Set(read.flatMap((each) => each.containers.map(({ name }) => name)))];
  const named = container === ALL_CONTAINERS ? undefined : container;
  const label = (of: PodOfLogs) => (each: string) => {
    const words = [...(pod === ALL ? [of.name] : []), ...(named === undefined && containers.length > 1 ? [each] : [])];
    return words.join(" ");
  };
  const all = pod === ALL;
  const whose = all ? `${kubectlName(kind)}/${name} --all-pods` : pod;
  const which = named === undefined ? "--all-containers" : `-c ${named}`;
  const sources = read.flatMap((each) => logSourcesOf(each, named, label(each)));
  return (
    <LogView
      of={[all ? name : pod, ...(named === undefined ? [] : [named])].join(" ")}
      sources={sources}
      choices={
        <>
          <label>
            Pod{" "}
            <select value={pod} onChange={(event) => setPod(event.currentTarget.value)}>
              <option value={ALL}>{pods.length > MAX_PODS ? `The newest ${MAX_PODS} of ${pods.length}` : "All"}</option>
              {pods.map((each) => (
                <option key={each.name} value={each.name}>
                  {each.name}
                </option>
              ))}
            </select>
          </label>
          {containers.length > 1 && (
            <ContainerChoice containers={[ALL_CONTAINERS, ...containers]} chosen={container} choose={setContainer} />
          )}
        </>
      }
      command={`kubectl logs -n ${namespace} ${whose} ${which}${sources.length > 5 ? ` --max-log-requests=${sources.length}` : ""}`}
    />
  );
}
