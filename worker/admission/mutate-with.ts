/**
 * Lets plugins change an object one after another, and once more for all if a webhook or policy among them changed it.
 */
import type { AdmissionPlugin, AdmissionRequest, Invoked } from "./plugin.ts";

export async function mutateWith(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  const invoked = new Map<AdmissionPlugin, Invoked>();
  for (const plugin of plugins) {
    if (!(plugin.mutate || plugin.invoke) || !plugin.handles(request)) continue;
    if (plugin.mutate) await plugin.mutate(request);
    if (plugin.invoke) invoked.set(plugin, await plugin.invoke(request));
  }
  if (![...invoked.values()].some(({ changed }) => changed)) return;
  // A container that a webhook adds gets defaults and mounts like any other (apiserver pkg/admission/reinvocation.go).
  for (const plugin of plugins) {
    if (plugin.mutate && plugin.handles(request)) await plugin.mutate(request);
    await invoked.get(plugin)?.again();
  }
}
