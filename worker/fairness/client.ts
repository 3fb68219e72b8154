/** Whose requests and streams are counted together: those of one user of one cluster. */
export const clientOf = (requester: { readonly cluster: string; readonly user: { readonly name: string } }): string =>
  `${requester.cluster} ${requester.user.name}`;
