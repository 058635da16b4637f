/** What programs and containers have used, from outside. */
import { readdirSync, readFileSync } from 'node:fs'
import { engine } from '../collector.ts'

/** µs of one tick of /proc's clocks, which is 100 Hz on every Linux that Node runs on. */
const TICK = 10_000

export interface Usage {
  /** CPU time since it started, user and system, in µs. */
  micros: number
  /** MB that it holds. */
  megabytes: number
}

const none: Usage = { micros: 0, megabytes: 0 }
const sum = (all: Usage[]) =>
  all.reduce(
    (one, { micros, megabytes }) => ({
      micros: one.micros + micros,
      megabytes: one.megabytes + megabytes,
    }),
    none,
  )

interface Stats {
  cpu_stats: { cpu_usage: { total_usage: number } }
  memory_stats: { usage: number; stats: { inactive_file?: number } }
}

/** Of containers together. */
export async function ofContainers(ids: string[]): Promise<Usage> {
  const all = await Promise.all(
    ids.map(async (id) => {
      const { cpu_stats, memory_stats } = await engine<Stats>(
        `/containers/${id}/stats?stream=false&one-shot=true`,
      )
      const bytes = memory_stats.usage - (memory_stats.stats.inactive_file ?? 0)
      return { micros: cpu_stats.cpu_usage.total_usage / 1000, megabytes: bytes / 2 ** 20 }
    }),
  )
  return sum(all)
}

/** Of a program and all that it has started, those that have ended as well. */
export function ofProgram(pid: number): Usage {
  try {
    // Behind the name, which may have spaces and brackets in it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)!.trim().split(' ')
    const ticks = stat.slice(11, 15).reduce((all, one) => all + Number(one), 0)
    const [, resident = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
    return sum([
      { micros: ticks * TICK, megabytes: Number(resident) / 1024 },
      ...children.map((child) => ofProgram(child)),
    ])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none
    throw error
  }
}
