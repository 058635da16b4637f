export { baseline, findScenario, scenarios } from './scenarios.ts'
export type { Scenario } from './scenario.ts'
