/** Which resources and subresources the rule of a policy or a webhook names: with and without wildcards for both. */
export const namesResource = (
  resources: readonly string[] | undefined,
  { plural, subresource }: { readonly plural: string; readonly subresource: string },
): boolean =>
  (resources ?? []).some((each) => {
    const [named, sub = ""] = each.split("/");
    if (named !== "*" && named !== plural) return false;
    return each === "*/*" || sub === subresource || (sub === "*" && each !== "*");
  });
