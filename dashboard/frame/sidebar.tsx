/** The navigation. */
import { signal } from "@preact/signals";
import { href, route } from "../route.ts";
import { ReaderButtons } from "./reader-buttons.tsx";

export interface Destination {
  readonly title: string;
  readonly path: readonly string[];
  /** Pressed after `g`. */
  readonly key: string;
}

const kind = (group: string, version: string, plural: string) => ["kind", group, version, plural];

export const destinations: readonly { readonly title: string; readonly items: readonly Destination[] }[] = [
  {
    title: "Cluster",
    items: [
      { title: "Overview", path: [], key: "o" },
      { title: "Topology", path: ["topology"], key: "l" },
      { title: "Nodes", path: kind("core", "v1", "nodes"), key: "n" },
      { title: "Namespaces", path: kind("core", "v1", "namespaces"), key: "m" },
      { title: "Events", path: ["events"], key: "e" },
      { title: "Changes", path: ["changes"], key: "h" },
    ],
  },
  {
    title: "Workloads",
    items: [
      { title: "Deployments", path: kind("apps", "v1", "deployments"), key: "d" },
      { title: "StatefulSets", path: kind("apps", "v1", "statefulsets"), key: "t" },
      { title: "DaemonSets", path: kind("apps", "v1", "daemonsets"), key: "a" },
      { title: "Jobs", path: kind("batch", "v1", "jobs"), key: "j" },
      { title: "CronJobs", path: kind("batch", "v1", "cronjobs"), key: "r" },
      { title: "Pods", path: kind("core", "v1", "pods"), key: "p" },
    ],
  },
  {
    title: "Services, config",
    items: [
      { title: "Services", path: kind("core", "v1", "services"), key: "s" },
      { title: "Ingresses", path: kind("networking.k8s.io", "v1", "ingresses"), key: "i" },
      { title: "Volume claims", path: kind("core", "v1", "persistentvolumeclaims"), key: "v" },
      { title: "Config maps", path: kind("core", "v1", "configmaps"), key: "c" },
      { title: "Secrets", path: kind("core", "v1", "secrets"), key: "x" },
    ],
  },
  {
    title: "More",
    items: [
      { title: "Access", path: ["access"], key: "w" },
      { title: "All kinds", path: ["kinds"], key: "k" },
      { title: "Create, apply", path: ["apply"], key: "y" },
    ],
  },
];

/** On narrow screens the navigation is folded away. */
export const menuOpen = signal(false);

export function Sidebar() {
  const here = route.value.path.join("/");
  return (
    <nav class={`sidebar ${menuOpen.value ? "open" : ""}`} id="menu" aria-label="Views">
      <a class="brand" href={href([])}>
        <img src="icon.svg" alt="" width="24" height="24" /> Sailplane
      </a>
      {destinations.map(({ title, items }) => (
        <section key={title}>
          <h2>{title}</h2>
          <ul>
            {items.map((item) => (
              <li key={item.title}>
                <a
                  href={href(item.path)}
                  aria-current={isHere(here, item.path) ? "page" : undefined}
                  onClick={() => {
                    menuOpen.value = false;
                  }}
                >
                  {item.title}
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <ReaderButtons />
    </nav>
  );
}

/** An object belongs to the list of its kind. */
const isHere = (here: string, path: readonly string[]) => {
  const there = path.join("/");
  return here === there || (path[0] === "kind" && here.startsWith(`object/${path.slice(1).join("/")}/`));
};
