/** The logs of a pod's containers. */
import { useState } from "preact/hooks";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { route } from "../../route.ts";
import type { ObjectProps } from "../../summaries/object-props.ts";
import { ALL_CONTAINERS, ContainerChoice } from "./container-choice.tsx";
import { logSourcesOf, podOfLogs } from "./log-sources.ts";
import { LogView } from "./log-view.tsx";

export function LogsTab({ object }: ObjectProps) {
  const pod = object as Pod;
  const of = podOfLogs(pod);
  const names = of.containers.map(({ name }) => name);
  const [chosen, setChosen] = useState(
    names.find((each) => each === route.value.query.container) ?? pod.spec.containers?.[0]?.name ?? "",
  );
  const all = chosen === ALL_CONTAINERS;
  return (
    <LogView
      of={all ? of.name : `${of.name} ${chosen}`}
      sources={logSourcesOf(of, all ? undefined : chosen, (container) => (all ? container : ""))}
      choices={
        <ContainerChoice
          containers={names.length > 1 ? [ALL_CONTAINERS, ...names] : names}
          chosen={chosen}
          choose={setChosen}
        />
      }
      command={`kubectl logs -n ${of.namespace} ${of.name} ${all ? "--all-containers --prefix" : `-c ${chosen}`}`}
    />
  );
}
