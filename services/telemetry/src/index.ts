export { withAppContext } from './app-context.ts'
export type { AppContext } from './app-context.ts'
export { shutdown } from './sdk.ts'
