import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fixture } from '../dialects/fixture.ts'
import type { Called } from './ledger.ts'
import { nameOf } from './programs.ts'
import type { Program } from './programs.ts'

/** What a program exported, and what the ledger has of it. */
export interface Recorded {
  library: string
  language: string
  called: Called[]
  otlp: Fixture['otlp']
}

export const fixturePath = (program: Program) =>
  join(import.meta.dirname, 'fixtures', `${nameOf(program)}.json`)

/** @throws where it is not recorded: `npm run test:programs -- --record <name>` does it */
export const readRecorded = (program: Program) =>
  JSON.parse(readFileSync(fixturePath(program), 'utf8')) as Recorded
