/** A dashboard as it is committed: keys in the order of the builders, so that the same code makes the same text. */
export const toJson = (dashboard: object) => `${JSON.stringify(dashboard, null, 2)}\n`
