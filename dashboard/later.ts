/** Views that few users need at once: one chunk, loaded when the first of them is shown. */
export { AccessView } from "./access/access-view.tsx";
export { HistoryTab } from "./object/history-tab.tsx";
export { ShellTab } from "./object/streams/shell-tab.tsx";
export { YamlTab } from "./object/yaml-tab.tsx";
export { ChangesView } from "./time/changes-view.tsx";
export { TopologyView } from "./topology/topology.tsx";
export { ApplyView } from "./views/apply.tsx";
