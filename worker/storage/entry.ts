/** Converts between objects and the store's entries. */

import { readObject } from "../../api/machinery/json/object-text.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Resource } from "../../api/resources/resource.ts";
import type { Entry, Key } from "../../api/store/store.ts";
import { storageResource } from "../kinds/kind-registry.ts";

export const keyOf = (resource: Resource, namespace: string, name: string): Key => ({
  resource: storageResource(resource),
  namespace: resource.scope === "Cluster" ? "" : namespace,
  name,
});

export const objectOf = (entry: Entry): Stored<KubeObject> => readObject(entry.text);
