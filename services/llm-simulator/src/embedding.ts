import { createHash } from 'node:crypto'
import { seededRandom } from './random.ts'

/** A unit vector that depends on the text and says nothing about it. */
export function embed(text: string, dimensions: number): Float32Array {
  const random = seededRandom(createHash('sha256').update(text).digest().readUInt32LE())
  const values = Array.from({ length: dimensions }, () => random() - 0.5)
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}
