/** Operations on all objects of a kind, or for creating one. */
import { type KindTerms, STREAM_TYPES } from "./kind-terms.ts";
import { type Operation, withArticle } from "./operations.ts";
import { DELETE_COLLECTION, LIST, PRETTY, WRITE } from "./parameters.ts";

type Reach = "everywhere" | "list";

export const list = (terms: KindTerms, reach: Reach): Operation => ({
  ...terms.base,
  method: "get",
  description: `list ${terms.isCustom ? "" : "or watch "}objects of kind ${terms.kind}`,
  operationId: reach === "everywhere" ? `list${terms.prefix}${terms.kind}ForAllNamespaces` : terms.name("list"),
  parameters: [...LIST, PRETTY],
  response: terms.listRef,
  responseTypes: terms.known(STREAM_TYPES),
  codes: [200],
  action: "list",
});

export const watch = (terms: KindTerms, reach: Reach | "one"): Operation => ({
  ...terms.base,
  method: "get",
  description: `watch ${reach === "one" ? "an object" : "a list"} of kind ${terms.kind}. deprecated: use the 'watch' parameter of a list instead`,
  operationId: watchId(terms, reach),
  parameters: [...LIST, PRETTY],
  response: terms.common.watchEvent,
  responseTypes: STREAM_TYPES,
  codes: [200],
  action: reach === "one" ? "watch" : "watchlist",
});

function watchId({ prefix, kind, name }: KindTerms, reach: Reach | "one"): string {
  switch (reach) {
    case "everywhere":
      return `watch${prefix}${kind}ListForAllNamespaces`;
    case "list":
      return `${name("watch")}List`;
    case "one":
      return name("watch");
  }
}

export const create = (terms: KindTerms): Operation => ({
  ...terms.base,
  ...terms.own,
  method: "post",
  description: `create ${terms.ofWhat}${withArticle(terms.kind)}`,
  operationId: terms.name("create"),
  parameters: [...WRITE, PRETTY],
  body: terms.body(terms.ref),
  codes: [200, 201, 202],
  action: "post",
});

export const deleteCollection = (terms: KindTerms): Operation => ({
  ...terms.base,
  ...terms.own,
  response: terms.common.status,
  method: "delete",
  description: `delete collection of ${terms.kind}`,
  operationId: `delete${terms.prefix}Collection${terms.namespaced}${terms.kind}`,
  parameters: [...(terms.isCustom ? LIST : DELETE_COLLECTION), PRETTY],
  ...(terms.isCustom ? {} : { body: terms.body(terms.common.deleteOptions, "optional") }),
  codes: [200],
  action: "deletecollection",
});
