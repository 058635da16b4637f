import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Browser } from 'playwright-core'
import { root } from '../lib/docker.ts'
import type { Stack } from '../lib/stack.ts'
import { mayBeEmpty } from './empty.ts'

/** Where the pictures of a test run are kept. */
export const pictures = join(root, 'test-output', 'dashboards')

/**
 * Opens a dashboard as somebody without a login would, waits for its panels, and keeps a picture.
 *
 * @returns what is wrong: panels with an error, or with nothing to show that are not known for it
 */
export async function look(browser: Browser, stack: Stack, dashboard: Dashboard): Promise<string[]> {
  const uid = dashboard.uid ?? ''
  const noValues = new Map(
    ((dashboard.panels ?? []) as Panel[]).map(({ title, fieldConfig }) => [
      title,
      fieldConfig?.defaults.noValue,
    ]),
  )
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  const failed: string[] = []
  page.on('response', (response) => {
    if (response.url().includes('/api/ds/query') && response.status() >= 400) {
      failed.push(`${uid}: ${response.status()} from ${response.url()}`)
    }
  })
  await page.goto(`${stack.url('grafana')}/d/${uid}?from=now-30m&to=now&refresh=`)
  const panel = page.locator('section[data-testid^="data-testid Panel header"]')
  await panel.first().waitFor({ timeout: 30_000 })
  // Grafana loads what is in view: so all of it.
  await page.setViewportSize({ width: 1440, height: 2600 })
  // Nothing is asked for a second: every panel has its answer.
  await page.waitForLoadState('networkidle', { timeout: 60_000 })
  await mkdir(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${uid}.png`) })

  const problems = await Promise.all(
    (await panel.all()).map(async (section) => {
      const title = (await section.getAttribute('data-testid'))!.replace('data-testid Panel header ', '')
      if ((await section.locator('[data-testid*="Panel status error"]').count()) > 0)
        return `${uid}: ${title}: shows an error`
      const text = await section.innerText()
      // A table's head alone says neither what there is nor why there is nothing.
      const table = section.getByRole('grid')
      if ((await table.count()) > 0 && (await table.getByRole('row').count()) <= 1)
        return `${uid}: ${title}: has no rows, and does not say why`
      const nothing = ['No data', noValues.get(title) ?? 'No data'].some((words) => text.includes(words))
      return nothing && !(title in mayBeEmpty) ? `${uid}: ${title}: shows nothing` : undefined
    }),
  )
  await page.close()
  return [...failed, ...problems.filter((problem) => problem !== undefined)]
}
