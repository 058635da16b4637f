import { setTimeout as sleep } from 'node:timers/promises'
import { Load } from './load.ts'
import type { LoadOptions } from './load.ts'
import { Site } from './site.ts'
import type { SiteOptions } from './site.ts'
import { record, settled } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** How long an outage lasts, in milliseconds: DRILL_OUTAGE seconds, 300 by default. */
export const OUTAGE = Number(process.env['DRILL_OUTAGE'] || 300) * 1000

export interface Drill extends SiteOptions, LoadOptions {
  /** Milliseconds of load before and after the trouble. */
  calm?: number
  /** Milliseconds until everything has to be there, after the load. */
  patience?: number
}

/** Stops the Collector gracefully, ten seconds after the last request. The load is paused until it is told to go on. */
export async function stopDrained(site: Site, load: Load): Promise<void> {
  load.pause()
  await sleep(10_000)
  await site.stopPart('collector')
}

/** Without a measure something is missing for good: not worth waiting long for. */
const PATIENCE = process.env['DRILL_WITHOUT'] ? 60_000 : 120_000

/** Runs the load while the trouble happens, and tells what became of it; with what the trouble gives. */
export async function drill<T extends object | void>(
  name: string,
  trouble: (site: Site, load: Load) => Promise<T>,
  { calm = 10_000, patience = PATIENCE, ...options }: Drill = {},
): Promise<Verdict & { peakMemory: number; outOfMemory: boolean; running: boolean } & T> {
  const site = await Site.start(options)
  const load = Load.start(site.httpUrl, site.grpcUrl, options)
  try {
    await sleep(calm)
    const more = await trouble(site, load)
    await sleep(calm)
    const made = await load.stop()
    const ended = Date.now()
    const verdict = {
      ...(await settled(site, made, patience)),
      peakMemory: Math.round(site.peakMemory),
      outOfMemory: await site.ranOutOfMemory(),
      running: await site.running('collector'),
    }
    await record(name, { ...verdict, ...more, settledSeconds: Math.round((Date.now() - ended) / 1000) })
    return { ...verdict, ...more }
  } finally {
    load.kill()
    if (process.env['DRILL_KEEP'] === undefined) await site.stop()
  }
}
