/**
 * `flock -n FILE node check.ts FILE`: puts the file aside if it is damaged, under the lock that the Collector takes as long as it has it
 * open. Says so as one line of JSON, and nothing about a whole file.
 */
import { renameSync } from 'node:fs'
import { damageOf } from './bolt.ts'

const [, , file] = process.argv
if (file === undefined) throw new Error('check.ts FILE')
const damage = damageOf(file)
if (damage !== undefined) {
  // As file_storage names what it puts aside itself.
  const backup = `${file}.${new Date().toISOString().slice(0, -1)}.backup`
  renameSync(file, backup)
  const msg = 'damaged queue put aside: what waited in it is lost'
  console.log(JSON.stringify({ level: 'error', ts: new Date().toISOString(), msg, file, damage, backup }))
}
