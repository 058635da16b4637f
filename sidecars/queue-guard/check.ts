/**
 * `flock -n FILE node check.ts FILE INODE`: puts the file aside if it is damaged, under the lock that the Collector has as long as the
 * file is open. Not if it is another one by now: a compaction replaces it, and the lock is on the one before. Says what it did.
 */
import { renameSync, statSync } from 'node:fs'
import { damageOf } from './bolt.ts'
import { tell } from './tell.ts'

const [, , file, inode] = process.argv
if (file === undefined || inode === undefined) throw new Error('check.ts FILE INODE')
const damage = damageOf(file)
if (damage !== undefined && String(statSync(file).ino) === inode) {
  // As file_storage names what it puts aside itself.
  const backup = `${file}.${new Date().toISOString().slice(0, -1)}.backup`
  renameSync(file, backup)
  tell('error', 'damaged queue put aside: what waited in it is lost', { file, damage, backup })
}
