import { join } from 'node:path'

/** The root of the repository. */
export const root = join(import.meta.dirname, '../..')

/** Everything made while building, logs included; nothing in it is needed to build again. */
export const cache = join(root, '.cache')
