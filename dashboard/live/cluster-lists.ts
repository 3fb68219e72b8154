import { read } from "../api/connection.ts";
import { signOut } from "../session.ts";
import type { ListPlace } from "./list-place.ts";
import { isVisible, whenVisible, whileVisible } from "./visibility.ts";
import { watchThrough } from "./watch-connection.ts";

/** The cluster's lists, as this page shows them. */
export const clusterLists: ListPlace = { read, watch: watchThrough, signOut, isVisible, whenVisible, whileVisible };
